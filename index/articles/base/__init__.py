"""Shared parts of the readers: the article writer, checks, charsets, dates, XML."""
