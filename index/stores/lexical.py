"""BM25 over sentences and passages.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in
Lucene's variant, with the tables, files and scoring of bm25s. The tables are computed here, because
bm25s builds them text by text in Python. That takes a minute and gigabytes of memory for a million
sentences.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.files.arrays import new_array
from index.ranges import run_begins, starts_of
from index.stores.bm25 import bm25s
from index.stores.terms import Numbers, TermLists, parts_of

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]

VOCABULARY = "vocab.index.json"  # a file of an index: the number of each term
_K1, _B = 1.2, 0.75
_PART = 4_000_000  # terms counted at a time
_ROW_BITS = 32  # of a text's row in a number that also has a term


class LexicalIndex:
    """BM25 index of a list of texts; scores a query against every text."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, lists: TermLists, folder: Path) -> Self:
        """Compute and save the tables, then load them from disk. `folder` must not exist yet.
        Raises OSError if the saved tables cannot be read back."""
        with TemporaryDirectory(dir=folder.parent, prefix=".tables-") as tables:
            bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
            bm25.scores = _Tables(lists, Path(tables)).fill()
            bm25.vocab_dict = lists.numbers
            bm25.nonoccurrence_array = None
            bm25.save(folder, show_progress=False)
        # bm25s saves with np.save, which reports no error if the disk fills up as it closes the
        # file. A truncated file cannot be mapped.
        try:
            return cls.load(folder)
        except (EOFError, ValueError) as error:
            reason = "the written data cannot be read back; is the disk full?"
            raise OSError(errno.EIO, reason, str(folder)) from error

    @classmethod
    def load(cls, folder: Path, like: Self | None = None) -> Self:
        """Memory-map the score tables; pickles are never read. `like` is an index of the same
        terms, whose numbers are then not read again."""
        bm25 = bm25s.BM25.load(folder, mmap=True, load_vocab=like is None, allow_pickle=False)
        if like is not None:
            bm25.vocab_dict = like._bm25.vocab_dict
        return cls(bm25)

    def __len__(self) -> int:
        return int(self._bm25.scores["num_docs"])

    def scores(self, terms: Sequence[str]) -> Scores:
        """Return the BM25 score of every row; zeros if no term is known."""
        known = [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(len(self), np.float32)
        found: Scores = self._bm25.get_scores(known)
        return found


def inverse_frequency(texts: int, frequencies: Rows) -> NDArray[np.float64]:
    """Return the weight of terms that occur in so many of the texts."""
    weights: NDArray[np.float64] = np.log(1 + (texts - frequencies + 0.5) / (frequencies + 0.5))
    return weights


def saturation(times: Rows, length: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of a term's weight that it has in texts with so many occurrences. `length`
    is the length of each text as a multiple of the average."""
    shares: NDArray[np.float64] = times / (times + _K1 * (1 - _B + _B * length))
    return shares


def best_rows(scores: Scores, count: int) -> Rows:
    """Return the rows of the `count` best scores above 0, best first; ties keep their row order.
    Most scores are far below the best, so only those above a threshold are sorted."""
    best = float(scores.max(initial=0.0))
    rows = np.zeros(0, np.int64)
    for threshold in (best / 2, best / 4, best / 8, 0.0):
        rows = np.flatnonzero(scores > threshold)
        if len(rows) >= count:
            break
    found = scores[rows]
    if len(rows) > count:
        least = np.partition(found, len(rows) - count)[len(rows) - count]
        rows = rows[found >= least]
        found = scores[rows]
    return rows[np.argsort(-found, kind="stable")[:count]]


class _Tables:
    """BM25 tables in files: for each term in turn, the rows that contain it and its score in each.
    They are computed from one part of the texts at a time. Those of a single part are in memory."""

    def __init__(self, lists: TermLists, folder: Path) -> None:
        self._lists, self._folder = lists, folder
        self._texts, self._terms = len(lists.lengths), len(lists.numbers)
        self._average = float(lists.lengths.mean())

    def fill(self) -> dict[str, object]:
        """Compute the tables and return them in the form that bm25s uses."""
        frequencies = np.zeros(self._terms, np.int64)
        parts = list(parts_of(self._lists, _PART))
        only = self._count(*parts[0]) if len(parts) == 1 else None  # needed twice
        for part in parts:
            frequencies += np.bincount((only or self._count(*part)).terms, minlength=self._terms)
        starts = starts_of(frequencies)
        data, rows = self._new_tables(int(starts[-1]), in_memory=only is not None)
        idf = inverse_frequency(self._texts, frequencies)
        free = starts[:-1].copy()  # position of each term's next entry
        for first, flat, lengths in parts:
            counted = only or self._count(first, flat, lengths)
            places: slice | Rows = slice(None)
            if not only:
                entries = np.bincount(counted.terms, minlength=self._terms)
                places = (free - starts_of(entries)[:-1])[counted.terms]
                places += np.arange(len(counted.terms))
                free += entries
            length = (lengths / self._average)[counted.rows - first]
            data[places] = idf[counted.terms] * saturation(counted.times, length)
            rows[places] = counted.rows
        return {
            "data": data,
            "indices": rows,
            "indptr": starts.astype(np.int32 if starts[-1] < 2**31 else np.int64),
            "num_docs": self._texts,
        }

    def _new_tables(self, count: int, *, in_memory: bool) -> tuple[Scores, Numbers]:
        if in_memory:
            return np.empty(count, np.float32), np.empty(count, np.int32)
        return (
            new_array(self._folder / "data.npy", (count,), np.float32),
            new_array(self._folder / "rows.npy", (count,), np.int32),
        )

    def _count(self, first: int, flat: Numbers, lengths: Numbers) -> "_Counted":
        rows = np.repeat(np.arange(first, first + len(lengths)), lengths)
        keys = flat.astype(np.int64)
        keys <<= _ROW_BITS
        keys |= rows
        keys.sort()
        begins = np.flatnonzero(run_begins(keys))
        times = np.diff(np.append(begins, len(keys)))
        found = keys[begins]
        return _Counted(found >> _ROW_BITS, found & ((1 << _ROW_BITS) - 1), times)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Term counts, sorted by term and then row: `terms[i]` occurs `times[i]` times in `rows[i]`."""

    terms: Rows
    rows: Rows
    times: Rows
