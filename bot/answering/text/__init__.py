"""Reading of names and numbers in a text."""
