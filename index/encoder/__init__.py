"""Text vectors from an adopted model."""
