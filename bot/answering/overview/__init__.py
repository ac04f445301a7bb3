"""Overviews: what is new, and what happened day by day, in exact sentences."""
