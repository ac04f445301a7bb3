"""The command line's commands: each module reads its flags, calls the pieces, prints the result."""
