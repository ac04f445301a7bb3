"""Answering questions from an index, and the surfaces on which they are asked."""
