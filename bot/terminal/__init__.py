"""The REPL, and the rendering of answers in a terminal."""
