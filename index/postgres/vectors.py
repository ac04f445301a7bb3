"""The vectors of a generation on a server: searched there, rescored here."""

from collections.abc import Mapping
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL

from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.schema import of_epoch
from index.stores.dense import Mask, Rows, Vectors

EXACT_UP_TO = 20_000  # admitted sentences; beyond it, the graph is searched
EF_SEARCH = 400  # 197 of 199 questions had the same 40 candidates as with an exact search
_MOST_EF = 1000  # pgvector's limit
_MOST_SCANNED = 1_000_000  # tuples of the graph that one search may visit
_DEEPER = 4  # growth of a search among rows that are not all admitted
_KEPT_ROWS = 16_384
_HEADER = 4  # bytes before the numbers of a halfvec
_HALF = np.dtype(">f2")

_ROWS: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} WHERE number = ANY(%s)"
)
_PASSAGES: LiteralString = "SELECT number, vector FROM dealbot.{passages} WHERE number = ANY(%s)"
# Adding 0 keeps the planner from the graph, which finds too little behind a strict filter.
_EXACT: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} "
    "WHERE from_generation <= %s AND %s < to_generation "
    "ORDER BY (vector <#> %s::halfvec) + 0, number LIMIT %s"
)
_EXACT_AMONG: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} WHERE number = ANY(%s) "
    "ORDER BY (vector <#> %s::halfvec) + 0, number LIMIT %s"
)
_GRAPH: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} "
    "WHERE from_generation <= %s AND %s < to_generation "
    "ORDER BY vector <#> %s::halfvec LIMIT %s"
)
_SETTINGS: LiteralString = (
    "SELECT set_config('hnsw.ef_search', %s, true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true), "
    "set_config('hnsw.max_scan_tuples', %s, true), set_config('enable_seqscan', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true)"
)


class SentenceRows:
    """Vector and passage of each sentence, by row; what a search has read is kept."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._cache: RowCache[int, tuple[Vectors, int]] = RowCache(_KEPT_ROWS, self._fetch)

    def vectors(self, rows: Rows) -> Vectors:
        found = self._cache.of(rows.tolist())
        vectors = [found[row][0] for row in rows.tolist()]
        return np.stack(vectors) if vectors else self._none()

    def passages(self, rows: Rows) -> Rows:
        found = self._cache.of(rows.tolist())
        return np.array([found[row][1] for row in rows.tolist()], np.int64)

    def keep(self, found: list[tuple[Any, ...]]) -> Rows:
        """Keep rows that a search has returned; return those of the generation, in order."""
        if not found:
            return np.zeros(0, np.int64)
        numbers, passages, vectors = zip(*found, strict=True)
        rows = self._contents.sentences.rows(np.array(numbers, np.int64))
        passage_rows = self._contents.passages.rows(np.array(passages, np.int64))
        read = _vectors(vectors)
        triples = zip(rows.tolist(), read, passage_rows.tolist(), strict=True)
        self._cache.keep({row: (vector, passage) for row, vector, passage in triples if row >= 0})
        return rows[rows >= 0]

    def _fetch(self, rows: list[int]) -> Mapping[int, tuple[Vectors, int]]:
        of = self._contents
        numbers = of.sentences.numbers(np.array(rows))
        [found] = of.read((of_epoch(_ROWS, of.epoch), [numbers.tolist()]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers.tolist(), rows, strict=True))
        passages = of.passages.rows(np.array([each[1] for each in found]))
        vectors = _vectors(tuple(each[2] for each in found))
        return {
            row_of[each[0]]: (vector, int(passage))
            for each, vector, passage in zip(found, vectors, passages, strict=True)
        }

    def _none(self) -> Vectors:
        return np.zeros((0, self._contents.manifest.dimension), np.float32)


class ServerSentenceVectors:
    """Sentence vectors with 16 bits per number. Thread-safe."""

    def __init__(self, contents: Contents, rows: SentenceRows) -> None:
        self._contents, self._rows = contents, rows

    def __len__(self) -> int:
        return len(self._contents.sentences)

    @property
    def dimension(self) -> int:
        return self._contents.manifest.dimension

    def vectors(self, rows: Rows) -> Vectors:
        return self._rows.vectors(rows)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
        k = min(k, len(self))
        rows = np.stack([self.nearest(query, k) for query in queries])
        scores = np.stack(
            [self._scores(found, query) for found, query in zip(rows, queries, strict=True)]
        )
        return scores, rows

    def nearest(self, vector: Vectors, k: int, admitted: Mask | None = None) -> Rows:
        admitted_count = len(self) if admitted is None else int(np.count_nonzero(admitted))
        k = min(k, admitted_count)
        if k == 0:
            return np.zeros(0, np.int64)
        if len(self) <= EXACT_UP_TO or admitted_count <= EXACT_UP_TO:
            found = self._exact(vector, k, admitted)
        else:
            found = self._approximate(vector, k, admitted)
        order = np.argsort(-self._scores(found, vector), kind="stable")
        return found[order[:k]]

    def _exact(self, vector: Vectors, k: int, admitted: Mask | None) -> Rows:
        """Find candidates. The server rounds the question to 16 bits, so a few more are asked for
        and ranked by the unrounded one."""
        of, most = self._contents, k + k // 4 + 20
        if admitted is None:
            query = of_epoch(_EXACT, of.epoch)
            [found] = of.read((query, [of.number, of.number, _literal(vector), most]))
        else:
            numbers = of.sentences.numbers(np.flatnonzero(admitted)).tolist()
            query = of_epoch(_EXACT_AMONG, of.epoch)
            [found] = of.read((query, [numbers, _literal(vector), most]))
        return np.sort(self._rows.keep(found))  # equal scores keep the order of the articles

    def _approximate(self, vector: Vectors, k: int, admitted: Mask | None) -> Rows:
        of, depth = self._contents, k
        while True:
            ef = min(max(EF_SEARCH, depth), _MOST_EF)
            query = of_epoch(_GRAPH, of.epoch)
            _, found = of.read(
                (SQL(_SETTINGS).format(), [str(ef), str(_MOST_SCANNED)]),
                (query, [of.number, of.number, _literal(vector), depth]),
            )
            rows = self._rows.keep(found)
            enough = rows if admitted is None else rows[admitted[rows]]
            if len(enough) >= k:
                return enough
            if depth >= len(self) or len(found) < depth:  # the graph has no more
                return self._exact(vector, k, self._all(admitted))
            depth *= _DEEPER

    def _all(self, admitted: Mask | None) -> Mask:
        return np.ones(len(self), np.bool_) if admitted is None else admitted

    def _scores(self, rows: Rows, vector: Vectors) -> Vectors:
        scores: Vectors = np.einsum("ij,j->i", self._rows.vectors(rows), vector)
        return scores


class ServerPassageVectors:
    """Passage vectors with 16 bits per number, for scoring. Thread-safe."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._cache: RowCache[int, Vectors] = RowCache(_KEPT_ROWS, self._fetch)

    def __len__(self) -> int:
        return len(self._contents.passages)

    @property
    def dimension(self) -> int:
        return self._contents.manifest.dimension

    def vectors(self, rows: Rows) -> Vectors:
        found = self._cache.of(rows.tolist())
        vectors = [found[row] for row in rows.tolist()]
        return np.stack(vectors) if vectors else np.zeros((0, self.dimension), np.float32)

    def _fetch(self, rows: list[int]) -> Mapping[int, Vectors]:
        of = self._contents
        numbers = of.passages.numbers(np.array(rows))
        [found] = of.read((of_epoch(_PASSAGES, of.epoch), [numbers.tolist()]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers.tolist(), rows, strict=True))
        vectors = _vectors(tuple(each[1] for each in found))
        return {row_of[each[0]]: vector for each, vector in zip(found, vectors, strict=True)}


def packed(vectors: NDArray[np.float16]) -> list[bytes]:
    """Return vectors in the binary form of halfvec."""
    header = vectors.shape[1].to_bytes(2, "big") + bytes(2)
    return [header + row.tobytes() for row in vectors.astype(_HALF)]


def _vectors(found: tuple[bytes, ...]) -> Vectors:
    data = b"".join(each[_HEADER:] for each in found)
    return np.frombuffer(data, _HALF).reshape(len(found), -1).astype(np.float32)


def _literal(vector: Vectors) -> str:
    return str(vector.tolist())
