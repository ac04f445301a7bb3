"""The judge: one small cross-encoder that decides what answers a question and carries a claim."""
