"""Pages for the operator beside the metrics."""
