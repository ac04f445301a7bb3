"""Building and publication of a generation."""
