"""Tests of `bot/sources/fetching` against real servers on loopback."""
