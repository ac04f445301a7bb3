"""Overload benchmark: more questions than can be answered, and the fate of each."""
