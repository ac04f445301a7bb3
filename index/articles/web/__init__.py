"""Saved web pages and fragments of HTML."""
