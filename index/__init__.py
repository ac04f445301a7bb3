"""Reading articles, building an index of them, and searching it."""
