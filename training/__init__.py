"""Training of the evidence model: python -m training.train_evidence."""
