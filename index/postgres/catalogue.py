"""The contents of one generation on a server: its articles and the numbers of its rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import SQL

from index.errors import IndexDamagedError, IndexMissingError
from index.generations.manifest import Manifest, manifest_of
from index.postgres import revisions
from index.postgres.connections import GenerationKey, Query, Result
from index.postgres.rows import RowNumbers
from index.postgres.schema import of_epoch
from index.postgres.server import Server
from index.stores.times import ArticleTimes
from index.text.initials import Initials

_SENT = np.dtype(">i8")
_CURRENT: LiteralString = "SELECT id FROM dealbot.generations NATURAL JOIN dealbot.current"
_GENERATION: LiteralString = (
    "SELECT number, epoch, manifest, words, initials, graphs FROM dealbot.generations WHERE id = %s"
)
# Packed by the server: a row of Python numbers takes five times the memory.
_ARTICLES: LiteralString = (
    "SELECT string_agg(int8send(number) || int8send(first_sentence) || int8send(sentence_count) "
    "|| int8send(first_passage) || int8send(passage_count) || int8send(sentence_terms) "
    "|| int8send(passage_terms) || int8send(published) || int8send(since) || int8send(until), "
    "''::bytea ORDER BY number) "
    "FROM dealbot.{articles} WHERE from_generation <= %s AND %s < to_generation"
)
_COLUMNS = 10


@dataclass(frozen=True)
class Contents:
    """Contents of an open generation that a reader keeps: some numbers per article. `number`
    is that of the generation. `sentence_terms` and `passage_terms` are the average counts of
    terms."""

    server: Server
    number: int
    epoch: int
    manifest: Manifest
    vocabulary: dict[str, int]
    initials: Initials
    word_count: int
    graphs: tuple[int, ...]
    articles: NDArray[np.int64]
    sentences: RowNumbers
    passages: RowNumbers
    times: ArticleTimes
    sentence_terms: float
    passage_terms: float

    @classmethod
    def open(cls, server: Server, generation: str) -> "Contents":
        """Read the generation with this id. Raises IndexMissingError if it does not exist, and
        IndexDamagedError if rows are missing."""
        [found] = server.read_newest((SQL(_GENERATION).format(), [generation]))
        if not found:
            raise IndexMissingError(f"{server.name} has no generation {generation}")
        number, epoch, data, words, initials, graphs = found[0]
        manifest = manifest_of(data, f"the manifest of {generation} in {server.name}")
        rows, order, vocabulary = server.read(
            GenerationKey(number, generation),
            (of_epoch(_ARTICLES, epoch), [number, number]),
            *revisions.queries(epoch, number),
        )
        table = np.frombuffer(rows[0][0] or b"", _SENT).astype(np.int64).reshape(-1, _COLUMNS)
        articles, place = _in_order(revisions.sequence_of(order), table[:, 0])
        told = manifest.articles + manifest.versions
        if not len(articles) == len(table) == told:
            raise IndexDamagedError(
                f"Generation {generation} in {server.name} has {len(articles)} articles and names "
                f"{told}. Build it anew with: "
                f"dealbot index build --full --index {server.name}"
            )
        table = table[place]
        sentences = RowNumbers(table[:, 1], table[:, 2])
        passages = RowNumbers(table[:, 3], table[:, 4])
        return cls(
            server=server,
            number=number,
            epoch=epoch,
            manifest=manifest,
            vocabulary=revisions.vocabulary_of(vocabulary),
            initials=Initials(json.loads(initials)),
            word_count=words,
            graphs=tuple(graphs),
            articles=articles,
            sentences=sentences,
            passages=passages,
            times=ArticleTimes(*np.ascontiguousarray(table[:, 7:10].T)),
            sentence_terms=float(table[:, 5].sum() / max(len(sentences), 1)),
            passage_terms=float(table[:, 6].sum() / max(len(passages), 1)),
        )

    def read(self, *queries: Query) -> list[Result]:
        """Send queries to the server, all at once; the generation must still exist."""
        return self.server.read(GenerationKey(self.number, self.manifest.id), *queries)

    def check_all(self, found: Sequence[Any], wanted: int) -> None:
        """Raise IndexDamagedError if rows that a generation names are missing."""
        if len(found) != wanted:
            raise IndexDamagedError(
                f"{self.server.name} lacks {wanted - len(found)} rows of generation "
                f"{self.manifest.id}. See all damage with: "
                f"dealbot index verify --index {self.server.name}"
            )

    @cached_property
    def _by_number(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.articles)
        return self.articles[order], order

    def article_rows(self, found: Result) -> list[int]:
        """Return the article rows of the numbers in the first column."""
        numbers, order = self._by_number
        rows = order[np.searchsorted(numbers, [number for number, *_ in found])]
        return [int(row) for row in rows]


def _in_order(
    sequence: NDArray[np.int64], numbers: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return those of the sequence that are among the sorted numbers, and their places in them."""
    place = np.searchsorted(numbers, sequence)
    known = np.append(numbers, -1)[place] == sequence
    return sequence[known], place[known]


def current_id(server: Server) -> str | None:
    """Return the id of the current generation; None if there is none."""
    [found] = server.read_newest((SQL(_CURRENT).format(), []))
    return str(found[0][0]) if found else None
