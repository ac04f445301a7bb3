"""Exact search over embedding vectors with FAISS."""

from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def embedded_text(title: str, text: str) -> str:
    """What the vector of a sentence or passage is made from. The title says what it is about
    where the text itself only says "the deal": on three sets of questions this brought as much
    as a second vector with the sentences around."""
    return f"{title}: {text}" if title else text


class DenseIndex:
    """Unit vectors by row; the score is the inner product, which is the cosine."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """From `vectors` of shape (n, dimension), unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """FAISS does not check its files: the caller has compared the checksum before."""
        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        # Not through FAISS's own file: where the disk is full only as the file is closed, FAISS
        # prints a line and goes on, and the index is cut off. Its type stubs lack the writer.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """The k best rows of each query, best first: scores and rows, both of shape (queries,
        min(k, n)). Asking FAISS for more than it has would give it -1 as a row."""
        scores, rows = self._index.search(queries, min(k, len(self)))
        return scores, rows

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """The stored vectors of these rows, shape (rows, dimension)."""
        found: Vectors = self._index.reconstruct_batch(rows)
        return found
