"""Read articles: files, formats, and which file holds what."""
