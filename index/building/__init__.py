"""Build a generation and publish it."""
