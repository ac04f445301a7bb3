"""Share of questions with a time in them for which the right version of an article is cited."""
