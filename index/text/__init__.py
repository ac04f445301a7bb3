"""Splitting and normalization of text: sentences, passages, words."""
