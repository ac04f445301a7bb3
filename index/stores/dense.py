"""Embedding vectors: FAISS search of sentences, exact or compressed, and passage vectors by row.

A small index is scanned exactly. A large one is scanned in a compressed form first (4-bit product
quantization, fast scan: André et al., "Quicker ADC", 2019). The best candidates are then rescored
with 8 bits per number. At 20,000 sentences on two cores, the exact scan takes 0.8 ms and the
compressed one 0.1 ms. A very large index is divided into lists of similar sentences, and only the
nearest quarter of the lists is scanned.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from index.files.byte_ranges import FileRanges
from index.models import DenseType

if TYPE_CHECKING:
    # Imported where it is used: it takes 39 MB, and a reader of a server does not need it.
    import faiss

Vectors = NDArray[np.float32]
Stored = NDArray[np.float16]  # vectors on disk
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

# All vectors with 16 bits per number. This takes half the memory of FAISS's "Flat" and half its
# time, because a scan is memory-bound (.23 ms against .44 ms at 10,000 sentences).
_EXACT = "SQfp16"
_EXACT_UP_TO = 20_000  # sentences
_TRAINED_ON = 10_000  # sentences, evenly sampled; FAISS uses no more for 4-bit codes
_FEWEST_TRAINED_ON = 39 * 16  # FAISS asks for 39 sentences for each of the 16 codes of 4 bits
# Of a million generated vectors, a quarter of the lists gave the recall of a whole scan (.935 and
# .928) in half of its time.
_IN_LISTS_FROM = 500_000  # sentences
_LISTS, _LISTS_SCANNED = 512, 128
_LISTS_TRAINED_ON = 40_000  # sentences
_SCORED_AGAIN = 8  # candidates rescored per result requested
_DEEPER = 4  # growth of a search among rows that are not all admitted
ROUNDING = 1e-5  # tolerance for a cosine


def type_for(sentences: int, dimension: int) -> DenseType:
    """Choose COMPRESSED if an exact scan would be noticeably slow and compression is possible."""
    many = sentences > _EXACT_UP_TO and can_be_compressed(sentences, dimension)
    return DenseType.COMPRESSED if many else DenseType.EXACT


def can_be_compressed(sentences: int, dimension: int) -> bool:
    """Check that the dimension is a multiple of 4 and that the sentences suffice to train codes
    (624, FAISS's minimum)."""
    return dimension % 4 == 0 and sentences >= _FEWEST_TRAINED_ON


def suits(trained: Path, sentences: int) -> bool:
    """Return whether the codes of a compressed index file suit so many sentences: only a very large
    index has lists."""
    import faiss

    index = faiss.read_index(str(trained), faiss.IO_FLAG_MMAP_IFC)
    return (_lists_of(index) is not None) == has_lists(sentences)


def has_lists(sentences: int) -> bool:
    """Return whether a compressed index of so many sentences scans lists of similar ones."""
    return sentences >= _IN_LISTS_FROM


def mean_vectors(sentences: Vectors, starts: Rows) -> Vectors:
    """Compute the vectors of passages, shape (n, dimension): the normalized mean of their
    sentences. Passage i covers the rows of `sentences` from `starts[i]` to the next start. On three
    question sets this was as good as encoding each passage, which took as long as encoding all
    sentences."""
    sums = np.add.reduceat(sentences, starts, axis=0)
    means: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return means


class DenseIndex:
    """Index of unit vectors by row; the score is the inner product, which is the cosine."""

    def __init__(self, index: "faiss.Index") -> None:
        import faiss

        self._index = index
        self._parameters = self._deepest = None
        if isinstance(index, faiss.IndexRefine):
            lists = _lists_of(index)
            self._parameters = _refining(None)
            self._deepest = _refining(lists.nlist if lists else None)

    @classmethod
    def of(
        cls,
        vectors: Stored | Vectors,
        kind: DenseType = DenseType.EXACT,
        trained: Path | None = None,
    ) -> Self:
        """Build an index of unit vectors, shape (n, dimension), which may be memory-mapped. Numbers
        of 32 bits are rounded to 16. A compressed index reuses the codes of the index file
        `trained` if one is given, which must suit the count."""
        import faiss

        count, dimension = vectors.shape
        index = None
        if kind is DenseType.COMPRESSED and trained:
            index = faiss.read_index(str(trained))
            index.reset()
        if index is None:
            factory = _EXACT if kind is DenseType.EXACT else _compressed(count, dimension)
            index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
            if lists := _lists_of(index):
                lists.nprobe = _LISTS_SCANNED
        faiss.omp_set_num_threads(1)  # on busy cores, two threads took 35 s to train, one took 2 s
        if not index.is_trained:
            enough = _LISTS_TRAINED_ON if _lists_of(index) else _TRAINED_ON
            drawn = np.linspace(0, count - 1, min(count, enough)).astype(np.int64)
            index.train(vectors[drawn].astype(np.float32))
        for part in in_parts(vectors):
            index.add(part)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Memory-map the file, which several processes then share. The caller must have verified
        its checksum: FAISS does not check its files."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        import faiss

        # Not FAISS's own file writer: if the disk fills up on close, it only prints a line and the
        # index is truncated. FAISS's type stubs lack the callback writer.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def scan_all_lists(self) -> bool:
        """Scan every list in each search from now on, also after `save` and `load`. Return False if
        this changes nothing."""
        lists = _lists_of(self._index)
        if lists is None or lists.nprobe == lists.nlist:
            return False
        lists.nprobe = lists.nlist
        return True

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
        """Return scores and rows of the k best per query, best first, both of shape (queries,
        min(k, n)). k is capped because FAISS pads its results with row -1."""
        # A part of the lists might have too few rows for very many results.
        few = k * _SCORED_AGAIN < len(self) // 8
        return self._scan(queries, k, self._parameters if few else self._deepest)

    def _scan(
        self, queries: Vectors, k: int, parameters: "faiss.SearchParameters | None"
    ) -> tuple[Vectors, Rows]:
        import faiss

        # OpenMP keeps this setting per thread. On cores that others use too, several threads wait
        # for each other: a query takes 16 ms instead of 0.5 ms.
        faiss.omp_set_num_threads(1)
        scores, rows = self._index.search(queries, min(k, len(self)), params=parameters)
        return scores, rows

    def nearest(self, vector: Vectors, k: int, admitted: Mask | None = None) -> Rows:
        """Return the rows of the k best for one query of shape (dimension,), best first; only rows
        in the mask `admitted` if one is given."""
        if admitted is None:
            nearest: Rows = self.search(vector[None], k)[1][0]
            return nearest
        if self._parameters is None:
            return self._selected(vector, k, admitted)
        if np.count_nonzero(admitted) <= _EXACT_UP_TO:
            rows = np.flatnonzero(admitted)
            scores = np.einsum("ij,j->i", self.vectors(rows), vector)
            return rows[np.argsort(-scores, kind="stable")[:k]]
        return self._searched_deeper(vector, k, admitted)

    def _selected(self, vector: Vectors, k: int, admitted: Mask) -> Rows:
        import faiss

        faiss.omp_set_num_threads(1)  # as in `search`
        bits = np.packbits(admitted, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]  # its stubs lack arrays
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stubs lack it
        found: Rows = self._index.search(vector[None], min(k, len(self)), params=parameters)[1][0]
        return found[found >= 0]

    def _searched_deeper(self, vector: Vectors, k: int, admitted: Mask) -> Rows:
        """Search until k results are admitted: FAISS's fast scan takes no selection of rows."""
        depth = k
        while True:
            rows = self._scan(vector[None], depth, self._deepest)[1][0]
            found: Rows = rows[admitted[rows]]
            if len(found) >= k or depth >= len(self):
                return found[:k]
            depth *= _DEEPER

    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of these rows, shape (rows, dimension)."""
        found: Vectors = self._index.reconstruct_batch(rows)
        return found


def _compressed(count: int, dimension: int) -> str:
    lists = f"IVF{_LISTS}," if has_lists(count) else ""
    return f"{lists}PQ{dimension // 4}x4fs,Refine(SQ8)"


def _lists_of(index: "faiss.Index") -> "faiss.IndexIVF | None":
    """Return the part of a very large index that has lists; its `nprobe` is the number scanned."""
    import faiss

    base = faiss.downcast_index(index.base_index) if isinstance(index, faiss.IndexRefine) else None
    return base if isinstance(base, faiss.IndexIVF) else None


def _refining(lists: int | None) -> "faiss.SearchParameters":
    import faiss

    if lists is None:
        return faiss.IndexRefineSearchParameters(k_factor=_SCORED_AGAIN)  # type: ignore[call-arg]  # its stubs lack it
    scanned = faiss.SearchParametersIVF(nprobe=lists)  # type: ignore[call-arg]  # as above
    return faiss.IndexRefineSearchParameters(k_factor=_SCORED_AGAIN, base_index_params=scanned)  # type: ignore[call-arg]  # as above


class StoredVectors:
    """Unit vectors by row, with 16 bits per number, for scoring but not for searching."""

    def __init__(self, path: Path) -> None:
        """Open a .npy file, whose rows are read on demand. Raises ValueError if it is not a table
        of 16-bit numbers."""
        table = np.load(path, mmap_mode="r", allow_pickle=False)
        if table.dtype != np.float16 or table.ndim != 2:
            raise ValueError(f"{path.name} does not contain vectors of 16 bits per number")
        self._rows, self._dimension = len(table), int(table.shape[1])
        self._start, self._row_bytes = int(table.offset), self._dimension * table.itemsize
        self._file = FileRanges(path)

    def __len__(self) -> int:
        return self._rows

    @property
    def dimension(self) -> int:
        return self._dimension

    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of these rows, shape (rows, dimension)."""
        starts = (self._start + rows * self._row_bytes).tolist()
        data = b"".join(self._file.read(start, start + self._row_bytes) for start in starts)
        return np.frombuffer(data, np.float16).reshape(-1, self._dimension).astype(np.float32)


def in_parts(vectors: Stored | Vectors, rows: int = 20_000) -> Iterable[Vectors]:
    """Yield all vectors as 32-bit numbers, at most `rows` of them at a time."""
    for start in range(0, len(vectors), rows):
        yield np.asarray(vectors[start : start + rows], np.float32)


def recall(index: DenseIndex, vectors: Stored | Vectors, queries: Vectors, k: int = 10) -> float:
    """Return the share of the index's first k results per query that are as near as the k nearest
    vectors. Among equal vectors any one counts."""
    import faiss

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
    return float((scores >= least - ROUNDING).mean())
