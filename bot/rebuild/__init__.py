"""Rebuilding of the index while the bot keeps answering."""
