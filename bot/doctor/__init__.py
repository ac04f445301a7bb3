"""Checks of `dealbot doctor`, each with the command that mends what it finds."""
