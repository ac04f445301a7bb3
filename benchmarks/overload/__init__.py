"""More questions than can be answered: what becomes of them, and of those that are taken."""
