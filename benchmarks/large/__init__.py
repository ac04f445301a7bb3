"""Indexes of millions of sentences, built with generated vectors."""
