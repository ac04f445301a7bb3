"""Benchmark of watched questions."""
