"""Measurement of answers against questions whose right sentences are known."""
