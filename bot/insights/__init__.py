"""Insights for moderators: what people ask, what gets no answer, and what the articles lack."""
