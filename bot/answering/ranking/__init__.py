"""Rank candidate sentences as evidence."""
