"""Sharing between processes through a real Redis."""
