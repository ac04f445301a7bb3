"""Answers written by a language model. Only sentences that the articles support are shown."""
