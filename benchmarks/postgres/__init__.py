"""Time and size of an index on a server beside the same index in files."""
