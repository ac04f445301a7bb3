"""The vectors of a generation on a server: searched there, rescored here."""

from collections.abc import Mapping
from typing import Any, LiteralString

import numpy as np
from psycopg.sql import SQL

from index.postgres import graphs
from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.schema import of_epoch
from index.postgres.server import Query
from index.stores.dense import Mask, Rows, Vectors

EF_SEARCH = 400  # 197 of 199 questions had the same 40 candidates as with an exact search
_MOST_EF = 1000  # pgvector's limit
_MOST_SCANNED = 1_000_000  # tuples of the graph that one search may visit
_DEEPER = 4  # growth of a search among rows that are not all admitted
_KEPT_ROWS = 8192

_ROWS: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} WHERE number = ANY(%s)"
)
_PASSAGES: LiteralString = "SELECT number, vector FROM dealbot.{passages} WHERE number = ANY(%s)"
# Adding 0 keeps the planner from the graph, which finds too little behind a strict filter.
_EXACT_AMONG: LiteralString = (
    "SELECT number, passage, vector FROM dealbot.{sentences} WHERE number = ANY(%s) "
    "ORDER BY (vector <#> %s::halfvec) + 0, number LIMIT %s"
)
_VALID: LiteralString = (
    "SELECT s.number, s.passage, s.vector FROM dealbot.{sentences} AS s "
    "WHERE s.from_generation <= %s AND NOT EXISTS (SELECT FROM dealbot.{closed} AS c "
    "WHERE c.number = s.number AND c.to_generation <= %s) "
)
_EXACT: LiteralString = (
    _VALID + "AND s.number >= {first} ORDER BY (s.vector <#> %s::halfvec) + 0, s.number LIMIT %s"
)
_GRAPH: LiteralString = (
    _VALID + "AND s.number >= {first} AND s.number < {end} "
    "ORDER BY s.vector <#> %s::halfvec LIMIT %s"
)
# Without these settings the planner may compare all rows. JIT compilation takes longer than both.
_SETTINGS: LiteralString = (
    "SELECT set_config('hnsw.ef_search', %s, true), "
    "set_config('hnsw.iterative_scan', 'strict_order', true), "
    "set_config('hnsw.max_scan_tuples', %s, true), set_config('enable_seqscan', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)"
)


class SentenceRows:
    """Vector and passage of each sentence, by row; what a search has read is kept. Vectors are kept
    as they are sent, in half the memory of 32-bit numbers."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._cache: RowCache[int, tuple[bytes, int]] = RowCache(_KEPT_ROWS, self._fetch)

    def vectors(self, rows: Rows) -> Vectors:
        found = self._cache.of(rows.tolist())
        return _vectors([found[row][0] for row in rows.tolist()], self._contents)

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
        triples = zip(rows.tolist(), vectors, passage_rows.tolist(), strict=True)
        self._cache.keep({row: (vector, passage) for row, vector, passage in triples if row >= 0})
        return rows[rows >= 0]

    def _fetch(self, rows: list[int]) -> Mapping[int, tuple[bytes, int]]:
        of = self._contents
        numbers = of.sentences.numbers(np.array(rows))
        [found] = of.read((of_epoch(_ROWS, of.epoch), [numbers.tolist()]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers.tolist(), rows, strict=True))
        passages = of.passages.rows(np.array([each[1] for each in found])).tolist()
        return {
            row_of[number]: (vector, passage)
            for (number, _, vector), passage in zip(found, passages, strict=True)
        }


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
        if admitted_count <= graphs.EXACT_UP_TO or not self._contents.graphs:
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
            [found] = of.read(self._valid(_EXACT, vector, most, first=0))
        else:
            numbers = of.sentences.numbers(np.flatnonzero(admitted)).tolist()
            query = of_epoch(_EXACT_AMONG, of.epoch)
            [found] = of.read((query, [numbers, _literal(vector), most]))
        return np.sort(self._rows.keep(found))  # equal scores keep the order of the articles

    def _approximate(self, vector: Vectors, k: int, admitted: Mask | None) -> Rows:
        """Search each graph, and the sentences after them, until the k best are sure to be among
        those found."""
        depth = k
        while True:
            parts = self._searched(vector, depth)
            rows = np.concatenate(parts)
            rows = rows if admitted is None else rows[admitted[rows]]
            whole = [len(part) < depth for part in parts]  # it has no more
            if len(rows) >= k:
                least = np.partition(self._scores(rows, vector), len(rows) - k)[len(rows) - k]
                last = [self._scores(part[-1:], vector) <= least for part in parts]
                if all(done or below for done, below in zip(whole, last, strict=True)):
                    return rows
            if depth >= len(self) or all(whole):
                return self._exact(vector, k, self._all(admitted))
            depth *= _DEEPER

    def _searched(self, vector: Vectors, depth: int) -> list[Rows]:
        """Return the `depth` best of each graph and of the sentences after them, best first."""
        of = self._contents
        ef = min(max(EF_SEARCH, depth), _MOST_EF)
        queries = [
            self._valid(_GRAPH, vector, depth, first=first, end=end)
            for first, end in graphs.ranges(of.graphs)
        ]
        if of.sentences.end > of.graphs[-1]:
            queries.append(self._valid(_EXACT, vector, depth, first=of.graphs[-1]))
        settings = SQL(_SETTINGS).format(), [str(ef), str(_MOST_SCANNED)]
        _, *found = of.read(settings, *queries)
        return [self._rows.keep(each) for each in found]

    def _valid(self, statement: LiteralString, vector: Vectors, most: int, **more: int) -> Query:
        of = self._contents
        given = [of.number, of.number, _literal(vector), most]
        return of_epoch(statement, of.epoch, **more), given

    def _all(self, admitted: Mask | None) -> Mask:
        return np.ones(len(self), np.bool_) if admitted is None else admitted

    def _scores(self, rows: Rows, vector: Vectors) -> Vectors:
        scores: Vectors = np.einsum("ij,j->i", self._rows.vectors(rows), vector)
        return scores


class ServerPassageVectors:
    """Passage vectors with 16 bits per number, for scoring. Thread-safe."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._cache: RowCache[int, bytes] = RowCache(_KEPT_ROWS, self._fetch)

    def __len__(self) -> int:
        return len(self._contents.passages)

    @property
    def dimension(self) -> int:
        return self._contents.manifest.dimension

    def vectors(self, rows: Rows) -> Vectors:
        found = self._cache.of(rows.tolist())
        return _vectors([found[row] for row in rows.tolist()], self._contents)

    def _fetch(self, rows: list[int]) -> Mapping[int, bytes]:
        of = self._contents
        numbers = of.passages.numbers(np.array(rows))
        [found] = of.read((of_epoch(_PASSAGES, of.epoch), [numbers.tolist()]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers.tolist(), rows, strict=True))
        return {row_of[number]: vector for number, vector in found}


def _vectors(found: list[bytes], contents: Contents) -> Vectors:
    dimension = contents.manifest.dimension
    rows = np.frombuffer(b"".join(found), [("header", "V4"), ("numbers", ">f2", (dimension,))])
    return rows["numbers"].astype(np.float32)


def _literal(vector: Vectors) -> str:
    return str(vector.tolist())
