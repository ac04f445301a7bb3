"""Queue questions, compute them in batches, refuse what cannot be served in time."""
