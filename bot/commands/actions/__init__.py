"""The work of the commands, imported only when a command runs."""
