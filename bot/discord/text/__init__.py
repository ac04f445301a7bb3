"""Text for Discord: escapes, lengths, pages, links."""
