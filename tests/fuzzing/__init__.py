"""Fuzzing: arbitrary bytes for every reader of foreign input."""
