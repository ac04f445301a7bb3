"""Questions, answers, claims and errors."""
