"""How many of the exact nearest sentences an index finds."""

import numpy as np

from index.dense import DenseIndex, Vectors

_CHUNK = 50_000  # rows scanned at a time: 77 MB of vectors


def recall_of(index: DenseIndex, queries: Vectors, k: int) -> float:
    """The mean share of the k best rows, by a scan of all stored vectors, that a search returns.
    Where rows tie with the k-th, any of them is right."""
    k = min(k, len(index))
    needed = _kth_scores(index, queries, k)
    _, found = index.search(queries, k)
    shares = [
        np.mean(index.vectors(rows) @ query >= least - 1e-6)
        for rows, query, least in zip(found, queries, needed, strict=True)
    ]
    return float(np.mean(shares))


def _kth_scores(index: DenseIndex, queries: Vectors, k: int) -> Vectors:
    """The score of each query's k-th best row."""
    best = np.full((len(queries), k), -np.inf, np.float32)
    for first in range(0, len(index), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(index)), dtype=np.int64)
        scores = np.concatenate([best, queries @ index.vectors(rows).T], axis=1)
        best = -np.partition(-scores, k - 1, axis=1)[:, :k]
    return best.min(axis=1)
