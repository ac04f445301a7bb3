"""Training of the judge: python -m training.judge."""
