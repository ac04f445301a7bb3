"""Verification of a generation on a server: every row against its checksum."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import numpy as np

from index.errors import ExpectedError
from index.postgres.catalogue import Contents
from index.postgres.records import COLUMNS, digest_of
from index.postgres.schema import of_epoch
from index.postgres.server import Server

_AT_ONCE = 200  # articles
_HEADER = 4
_ROWS: LiteralString = (
    "SELECT number, digest, meta, text, sentences, passages, kinds, blocks, tokens, token_counts, "
    "marks, title_tokens, title_marks, first_sentence, sentence_count, first_passage, "
    "passage_count, id FROM dealbot.{articles} WHERE number = ANY(%s) ORDER BY number"
)
_VECTORS: LiteralString = (
    "SELECT s.number, s.vector FROM dealbot.{sentences} AS s JOIN dealbot.{articles} AS a "
    "ON s.number >= a.first_sentence AND s.number < a.first_sentence + a.sentence_count "
    "WHERE a.number = ANY(%s) AND s.from_generation = a.from_generation ORDER BY s.number"
)
_PASSAGES: LiteralString = (
    "SELECT a.number, count(p.number) FROM dealbot.{articles} AS a LEFT JOIN dealbot.{passages} "
    "AS p ON p.number >= a.first_passage AND p.number < a.first_passage + a.passage_count "
    "WHERE a.number = ANY(%s) GROUP BY a.number"
)
_POSTINGS: LiteralString = (
    "SELECT of_passages, term, rows, times, lengths, digest FROM dealbot.{postings} "
    "WHERE segment = %s AND from_generation <= %s"
)
_SEGMENTS: LiteralString = "SELECT DISTINCT segment FROM dealbot.{postings} ORDER BY segment"


def find_damage(server: Server, generation: str) -> list[str]:
    """List the problems of a generation; empty if it is intact."""
    try:
        contents = Contents.open(server, generation)
    except ExpectedError as error:
        return [str(error)]
    return [*_damaged_articles(contents), *_damaged_terms(contents)]


def _damaged_articles(contents: Contents) -> Iterator[str]:
    numbers = contents.articles.tolist()
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        rows, found, counts = contents.read(
            *((of_epoch(each, contents.epoch), [part]) for each in (_ROWS, _VECTORS, _PASSAGES))
        )
        vectors = {number: vector for number, vector in found}  # noqa: C416 - a typed dict
        passages = {number: count for number, count in counts}  # noqa: C416 - as above
        for row in rows:
            if problem := _problem(row, vectors, passages):
                yield f"The article {row[-1].decode()!r} in {contents.server.name} {problem}"


def _problem(row: Sequence[Any], vectors: dict[int, bytes], passages: dict[int, int]) -> str | None:
    number, digest, *values = row
    columns = dict(zip((*COLUMNS, "title_marks"), values, strict=False))
    first, count, _, passage_count, _ = values[len(COLUMNS) + 1 :]
    wanted = range(first, first + count)
    if any(each not in vectors for each in wanted):
        return "lacks sentences"
    if passages.get(number) != passage_count:
        return "lacks passages"
    data = b"".join(vectors[each][_HEADER:] for each in wanted)
    vector_bytes = np.frombuffer(data, ">f2").astype("<f2").tobytes()
    if digest_of(columns, vector_bytes) != digest:
        return "is damaged: its checksum does not match"
    return None


def _damaged_terms(contents: Contents) -> Iterator[str]:
    [segments] = contents.read((of_epoch(_SEGMENTS, contents.epoch), []))
    for [segment] in segments:
        query = of_epoch(_POSTINGS, contents.epoch)
        [rows] = contents.read((query, [segment, contents.number]))
        for _, term, *columns, digest in rows:
            if hashlib.sha256(b"".join(columns)).digest() != digest:
                yield (
                    f"The entries of the term {term!r} in {contents.server.name} are damaged: "
                    "their checksum does not match"
                )
