"""The vectors that a reader has read, of sentences and of their passages."""

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import numpy as np

from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.schema import of_epoch
from index.stores.dense import Rows, Vectors

_KEPT = 4096  # of each kind
_SENTENCES: LiteralString = (
    "SELECT s.number, s.passage, s.vector, p.vector FROM dealbot.{sentences} AS s "
    "JOIN dealbot.{passages} AS p ON p.number = s.passage WHERE s.number = ANY(%s)"
)
_PASSAGES: LiteralString = "SELECT number, vector FROM dealbot.{passages} WHERE number = ANY(%s)"

_Found = Iterable[tuple[Any, ...]]  # number and passage of a sentence, its vector, the passage's


class VectorRows:
    """Vector and passage of each sentence, and the vector of each passage, by row. What a search
    has read is kept. Vectors are kept as they are sent, in half the memory of 32-bit numbers."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        dimension = contents.manifest.dimension
        self._sent = np.dtype([("header", "V4"), ("numbers", ">f2", (dimension,))])
        self._sentences: RowCache[int, tuple[bytes, int]] = RowCache(_KEPT, self._fetch)
        self._passages: RowCache[int, bytes] = RowCache(_KEPT, self._fetch_passages)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of sentences."""
        found = self._sentences.of(rows.tolist())
        return self._read(found[row][0] for row in rows.tolist())

    def passages(self, rows: Rows) -> Rows:
        """Return the passages of sentences."""
        found = self._sentences.of(rows.tolist())
        return np.array([found[row][1] for row in rows.tolist()], np.int64)

    def passage_vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of passages."""
        found = self._passages.of(rows.tolist())
        return self._read(found[row] for row in rows.tolist())

    def keep(self, found: _Found) -> Rows:
        """Keep rows that a search has returned; return their places in the generation."""
        rows, kept = self._placed(found)
        self._sentences.keep(kept)
        return rows

    def _fetch(self, rows: list[int]) -> Mapping[int, tuple[bytes, int]]:
        of = self._contents
        numbers = of.sentences.numbers(np.array(rows)).tolist()
        [found] = of.read((of_epoch(_SENTENCES, of.epoch), [numbers]))
        of.check_all(found, len(rows))
        return self._placed(found)[1]

    def _placed(self, found: _Found) -> tuple[Rows, dict[int, tuple[bytes, int]]]:
        """Return the rows of sentences, and what is kept of them; keep their passages."""
        table = list(found)
        numbers, passages = (np.array([each[c] for each in table], np.int64) for c in (0, 1))
        rows, of = self._contents.sentences.rows(numbers), self._contents.passages.rows(passages)
        for known in (rows, of):
            self._contents.check_all(known[known >= 0].tolist(), len(table))
        pairs = list(zip(of.tolist(), table, strict=True))
        self._passages.keep({passage: each[3] for passage, each in pairs})
        kept = zip(rows.tolist(), pairs, strict=True)
        return rows, {row: (each[2], passage) for row, (passage, each) in kept}

    def _fetch_passages(self, rows: list[int]) -> Mapping[int, bytes]:
        of = self._contents
        numbers = of.passages.numbers(np.array(rows)).tolist()
        [found] = of.read((of_epoch(_PASSAGES, of.epoch), [numbers]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers, rows, strict=True))
        return {row_of[number]: vector for number, vector in found}

    def _read(self, sent: Iterable[bytes]) -> Vectors:
        found = np.frombuffer(b"".join(sent), self._sent)
        return found["numbers"].astype(np.float32)
