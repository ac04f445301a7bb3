"""Sharing through a real Redis."""
