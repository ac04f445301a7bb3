"""Rebuild the index while the bot keeps answering."""
