"""Tests of an index on a server: the same answers as from files, and its failures."""
