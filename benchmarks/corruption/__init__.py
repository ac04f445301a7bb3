"""Corruption benchmark: damages an index, its encoder and its known vectors, and checks that each
damage is detected."""
