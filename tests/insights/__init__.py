"""Insights: what people ask, what gets no answer, and who must not be seen in them."""
