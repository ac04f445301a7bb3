"""Bytes of any kind for everything that reads what others wrote."""
