"""Composition of an answer from evidence: citations, short answer, verdict, abstention."""
