"""The vectors of a generation on a server: searched there, rescored here."""

from typing import LiteralString

import numpy as np
from psycopg.sql import SQL, Identifier

from index.postgres import graphs
from index.postgres.catalogue import Contents
from index.postgres.connections import Query
from index.postgres.schema import of_epoch
from index.postgres.vector_cache import VectorRows
from index.stores.dense import Mask, Rows, Vectors

_DEEPER = 4  # growth of a search among rows that are not all admitted

# The vector of the passage is needed next. Adding 0 keeps the planner from the graph, which finds
# too little behind a strict filter.
_WITH_PASSAGES: LiteralString = (
    "SELECT f.*, p.vector FROM ({found}) AS f JOIN dealbot.{passages} AS p ON p.number = f.passage"
)
_EXACT_AMONG: LiteralString = (
    "SELECT {part}, s.number, s.passage, s.vector FROM dealbot.{sentences} AS s "
    "WHERE s.number = ANY(%s) ORDER BY (s.vector <#> %s::halfvec) + 0, s.number LIMIT %s"
)
_VALID: LiteralString = (
    "SELECT {part} AS part, s.number, s.passage, s.vector FROM dealbot.{sentences} AS s "
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


class ServerSentenceVectors:
    """Sentence vectors with 16 bits per number. Thread-safe."""

    def __init__(self, contents: Contents, rows: VectorRows) -> None:
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
        most = k + k // 4 + 20
        if admitted is None:
            query = self._valid(_EXACT, vector, most, part=0, first=0)
        else:
            of = self._contents
            numbers = of.sentences.numbers(np.flatnonzero(admitted)).tolist()
            query = of_epoch(_EXACT_AMONG, of.epoch, part=0), [numbers, _literal(vector), most]
        [found] = self._found([query])
        return np.sort(found)  # equal scores keep the order of the articles

    def _approximate(self, vector: Vectors, k: int, admitted: Mask | None) -> Rows:
        """Search each graph, and the sentences after them, until the k best are sure to be among
        those found."""
        depth = k
        while True:
            parts = self._found(self._parts(vector, depth))
            if self._ended_early(parts, depth):
                return self._exact(vector, k, self._all(admitted))
            rows = np.sort(np.concatenate(parts))
            rows = rows if admitted is None else rows[admitted[rows]]
            whole = [len(part) < depth for part in parts]  # it has no more
            if len(rows) >= k:
                least = np.partition(self._scores(rows, vector), len(rows) - k)[len(rows) - k]
                if all(
                    done or self._scores(part, vector).min() <= least
                    for done, part in zip(whole, parts, strict=True)
                ):
                    return rows
            if depth >= len(self) or all(whole):
                return self._exact(vector, k, self._all(admitted))
            depth *= _DEEPER

    def _ended_early(self, parts: list[Rows], depth: int) -> bool:
        """Return whether the search of a graph found fewer than there are, because it reached
        max_scan_tuples or its memory."""
        of = self._contents
        return any(
            len(part) < min(depth, of.sentences.count_between(first, end))
            for part, (first, end) in zip(parts, graphs.ranges(of.graphs), strict=False)
        )

    def _parts(self, vector: Vectors, depth: int) -> list[Query]:
        """Return queries for the `depth` best of each graph and of the sentences after them."""
        of = self._contents
        queries = [
            self._valid(_GRAPH, vector, depth, part=part, first=first, end=end)
            for part, (first, end) in enumerate(graphs.ranges(of.graphs))
        ]
        if of.sentences.end > of.graphs[-1]:
            rest = self._valid(_EXACT, vector, depth, part=len(queries), first=of.graphs[-1])
            queries.append(rest)
        return queries

    def _found(self, queries: list[Query]) -> list[Rows]:
        """Return the rows that each query finds, all in one statement."""
        of = self._contents
        parts = SQL(" UNION ALL ").join(SQL("({})").format(statement) for statement, _ in queries)
        passages = Identifier(f"passages_{of.epoch}")
        statement = SQL(_WITH_PASSAGES).format(found=parts, passages=passages)
        [found] = of.read((statement, [value for _, given in queries for value in given]))
        rows = self._rows.keep([row[1:] for row in found])
        part = np.array([row[0] for row in found], np.int64)
        return [rows[part == number] for number in range(len(queries))]

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

    def __init__(self, contents: Contents, rows: VectorRows) -> None:
        self._contents, self._rows = contents, rows

    def __len__(self) -> int:
        return len(self._contents.passages)

    @property
    def dimension(self) -> int:
        return self._contents.manifest.dimension

    def vectors(self, rows: Rows) -> Vectors:
        return self._rows.passage_vectors(rows)


def _literal(vector: Vectors) -> str:
    return str(vector.tolist())
