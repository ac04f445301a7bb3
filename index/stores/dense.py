"""Searching embedding vectors: sentences with FAISS, exactly or compressed; passages by their rows.

An index of a few thousand sentences is scanned; a large one is scanned in a compressed form first
(4-bit product quantization, fast scan: André et al., "Quicker ADC", 2019), and the best of that
are scored again with 8 bits a number. On two cores here: 0.8 ms against 0.1 at 20,000 sentences.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from index.files.byte_ranges import FileRanges
from index.models import DenseType

Vectors = NDArray[np.float32]
Stored = NDArray[np.float16]  # as vectors are kept on disk
Rows = NDArray[np.int64]

# All vectors as they are kept, in 16 bits a number: half the memory of FAISS's "Flat" and, as a
# scan waits for memory, half its time (.23 ms against .44 at 10,000 sentences).
_EXACT = "SQfp16"
_EXACT_UP_TO = 20_000  # sentences
_TRAINED_ON = 10_000  # of them, drawn evenly: FAISS takes no more for codes of 4 bits
_FEWEST_TRAINED_ON = 39 * 16  # for each of the 16 codes of 4 bits
_SCORED_AGAIN = 8  # times as many as are asked for
_ROUNDING = 1e-5  # of a cosine


def type_for(sentences: int, dimension: int) -> DenseType:
    """Compressed where scanning all would be felt, and where that can be done."""
    many = sentences > _EXACT_UP_TO and can_be_compressed(sentences, dimension)
    return DenseType.COMPRESSED if many else DenseType.EXACT


def can_be_compressed(sentences: int, dimension: int) -> bool:
    """Vectors are cut in fours, and codes are trained on as many as FAISS asks for."""
    return dimension % 4 == 0 and sentences >= _FEWEST_TRAINED_ON


def embedded_text(title: str, text: str) -> str:
    """What the vector of a sentence is made from. The title says what it is about where the text
    itself only says "the deal": on three sets of questions this brought as much as a second
    vector with the sentences around."""
    return f"{title}: {text}" if title else text


def mean_vectors(sentences: Vectors, starts: Rows) -> Vectors:
    """The vectors of passages (n, dimension): the direction of the mean of their sentences, which
    stand one after the other in `sentences`, each passage from one of `starts` on. On three sets
    of questions as good as encoding each passage, which took as long as all sentences."""
    sums = np.add.reduceat(sentences, starts, axis=0)
    means: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return means


class DenseIndex:
    """Unit vectors by row; the score is the inner product, which is the cosine."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self._parameters = (
            faiss.IndexRefineSearchParameters(k_factor=_SCORED_AGAIN)  # type: ignore[call-arg]  # its stubs lack it
            if isinstance(index, faiss.IndexRefine)
            else None
        )

    @classmethod
    def of(
        cls,
        vectors: Stored | Vectors,
        kind: DenseType = DenseType.EXACT,
        trained: Path | None = None,
    ) -> Self:
        """From `vectors` of shape (n, dimension), unit length, which may be a file's; numbers of
        32 bits are rounded to 16. The codes of a compressed index are taken from the file
        `trained` of another where that is given."""
        count, dimension = vectors.shape
        if kind is DenseType.COMPRESSED and trained:
            index = faiss.read_index(str(trained))
            index.reset()
        else:
            factory = _EXACT if kind is DenseType.EXACT else f"PQ{dimension // 4}x4fs,Refine(SQ8)"
            index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
        faiss.omp_set_num_threads(1)  # two on busy cores took 35 s to train what one did in 2
        if not index.is_trained:
            drawn = np.linspace(0, count - 1, min(count, _TRAINED_ON)).astype(np.int64)
            index.train(vectors[drawn].astype(np.float32))
        for part in in_parts(vectors):
            index.add(part)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Memory-maps the file, which processes then share. FAISS does not check its files: the
        caller has compared the checksum before."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

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

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
        """The k best rows of each query, best first: scores and rows, both of shape (queries,
        min(k, n)). Asking FAISS for more than it has would give it -1 as a row."""
        # Of this thread, as OpenMP keeps it: several would wait for each other longer than one
        # query takes, 16 ms instead of 0.5 on cores that others use too.
        faiss.omp_set_num_threads(1)
        k = min(k, len(self))
        scores, rows = self._index.search(queries, k, params=self._parameters)
        return scores, rows

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of these rows, shape (rows, dimension)."""
        found: Vectors = self._index.reconstruct_batch(rows)
        return found


class StoredVectors:
    """Unit vectors by row, in 16 bits a number, that are scored but not searched."""

    def __init__(self, path: Path) -> None:
        """Of a .npy file, which is read as its rows are asked for."""
        table = np.load(path, mmap_mode="r", allow_pickle=False)
        if table.dtype != np.float16 or table.ndim != 2:
            raise ValueError(f"{path.name} holds no vectors of 16 bits a number")
        self._rows, self._dimension = len(table), int(table.shape[1])
        self._start, self._row_bytes = int(table.offset), self._dimension * table.itemsize
        self._file = FileRanges(path)

    def __len__(self) -> int:
        return self._rows

    @property
    def dimension(self) -> int:
        return self._dimension

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of these rows, shape (rows, dimension)."""
        starts = (self._start + rows * self._row_bytes).tolist()
        data = b"".join(self._file.read(start, start + self._row_bytes) for start in starts)
        return np.frombuffer(data, np.float16).reshape(-1, self._dimension).astype(np.float32)


def in_parts(vectors: Stored | Vectors, rows: int = 20_000) -> Iterable[Vectors]:
    """All of them, so many at a time."""
    for start in range(0, len(vectors), rows):
        yield np.asarray(vectors[start : start + rows], np.float32)


def recall(index: DenseIndex, vectors: Stored | Vectors, queries: Vectors, k: int = 10) -> float:
    """The share of what the index finds first, k for each query, that is as near as the k nearest:
    of several equal vectors any will do."""
    exact = faiss.ResultHeap(len(queries), k, keep_max=True)
    start = 0
    for part in in_parts(vectors):
        scores, rows = faiss.knn(queries, part, k, metric=faiss.METRIC_INNER_PRODUCT)
        exact.add_result(scores, rows + start)
        start += len(part)
    exact.finalize()
    found = index.search(queries, 100)[1][:, :k]
    scores = np.einsum("qd,qkd->qk", queries, np.asarray(vectors[found], np.float32))
    least = exact.D[:, [min(k, start) - 1]]
    return float((scores >= least - _ROUNDING).mean())
