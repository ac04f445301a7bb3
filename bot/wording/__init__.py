"""Counts, durations and reasons in words, for every surface."""
