"""Tests of the training: its stories and its examples."""
