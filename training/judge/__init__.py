"""Training the judge: python -m training.judge."""
