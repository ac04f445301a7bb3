"""Open, verify and compare generations of an index."""
