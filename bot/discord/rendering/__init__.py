"""Rendering as Discord embeds: untrusted text is inert, and no length limit is exceeded."""
