"""Different values that articles give for the same thing: which ones, and which are superseded."""
