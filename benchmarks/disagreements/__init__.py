"""Pairs of invented articles: superseded figures, contradictions, and pairs that only look so."""
