"""Article files: discovery, formats and readers."""
