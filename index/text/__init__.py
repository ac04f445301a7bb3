"""Split and normalise text: sentences, passages, words."""
