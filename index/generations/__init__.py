"""Opening, verification and comparison of the generations of an index."""
