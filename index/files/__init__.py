"""Crash-safe reading and writing of files: old or new content, always whole."""
