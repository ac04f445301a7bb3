"""Read names, numbers and relations in a text."""
