"""Answers in a terminal: the REPL, and how answers look there."""
