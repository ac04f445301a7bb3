"""Reading of names, numbers and relations in a text."""
