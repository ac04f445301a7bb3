"""Measurements of speed and quality, run from the project's root."""
