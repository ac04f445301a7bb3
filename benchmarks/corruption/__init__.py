"""Thousands of corruptions of an index, its encoder and its known vectors: is each one found?"""
