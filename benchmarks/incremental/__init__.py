"""Incremental builds beside full ones."""
