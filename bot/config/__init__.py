"""Settings and their kinds of values."""
