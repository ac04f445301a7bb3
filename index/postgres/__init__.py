"""Generations in PostgreSQL with pgvector: the same answers as from files, for several hosts."""
