"""Benchmark of sources that update themselves."""
