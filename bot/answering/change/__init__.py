"""Changes of answers and of cited sentences between two generations."""
