"""Readers and writers of a generation's files: texts, words, vectors, BM25 tables."""
