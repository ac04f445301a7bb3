"""Tests of the parts of the benchmarks."""
