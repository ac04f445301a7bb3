"""Question reading: terms, answer kind, conversation, spelling."""
