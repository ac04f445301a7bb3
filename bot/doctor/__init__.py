"""The checks of `dealbot doctor`: what can be wrong, and the command that mends it."""
