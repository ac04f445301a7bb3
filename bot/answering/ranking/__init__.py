"""Ranking of candidate sentences as evidence."""
