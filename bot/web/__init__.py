"""Read-only pages for the operator, beside the metrics."""
