"""Read a question: terms, kind, conversation, spelling."""
