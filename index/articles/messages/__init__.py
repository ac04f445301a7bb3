"""Mails, newsletters and captions."""
