"""Measuring answers against questions whose right sentences are known."""
