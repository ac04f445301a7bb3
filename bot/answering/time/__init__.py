"""Time in questions and articles: date expressions, their resolution, and limits of a question."""
