"""Queue for questions: computes them in batches, refuses what cannot be served in time."""
