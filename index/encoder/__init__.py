"""Turn text into vectors with an adopted model."""
