"""Turn evidence into an answer: citations, short answer, verdict, abstention."""
