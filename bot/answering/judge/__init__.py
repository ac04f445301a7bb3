"""The judge: a small cross-encoder that scores whether a sentence answers a question or supports a
claim."""
