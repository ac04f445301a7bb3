"""Benchmark of the answers that a language model writes about the bundled articles, and of their
verification."""
