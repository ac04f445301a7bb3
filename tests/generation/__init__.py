"""Tests of `bot.generation`."""
