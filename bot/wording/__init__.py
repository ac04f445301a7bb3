"""Answers, errors, counts, durations and reasons in words, for every surface."""
