"""Verification of a generation on a server: its rows against their checksums, and against what
follows from other rows. The list of words, the vocabulary, the meanings of initials and the order
of the articles have neither."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, LiteralString

import numpy as np

from index.errors import ExpectedError
from index.postgres.catalogue import Contents
from index.postgres.records import COLUMNS, Place, digest_of, stored_article
from index.postgres.schema import of_epoch
from index.postgres.server import Server
from index.stores.dense import Vectors, mean_vectors
from index.stores.times import times_of

_AT_ONCE = 200  # articles
_COUNTED_AT_ONCE = 200_000  # sentences
_LAST = 2**63 - 1  # greater than each number of a sentence
_HEADER = 4
_ROUNDING = 0.002  # of the numbers of a unit vector with 16 bits
_NAMES = (
    *("number", "digest", *COLUMNS, "title_marks", "first_sentence", "sentence_count"),
    *("first_passage", "passage_count", "id", "version_of", "published", "since", "until"),
)
_ROWS: LiteralString = (
    "SELECT number, digest, meta, text, sentences, passages, kinds, blocks, tokens, token_counts, "
    "marks, title_tokens, title_marks, first_sentence, sentence_count, first_passage, "
    "passage_count, id, version_of, published, since, until "
    "FROM dealbot.{articles} WHERE number = ANY(%s) ORDER BY number"
)
_SENTENCES: LiteralString = (
    "SELECT s.number, s.passage, s.vector FROM dealbot.{sentences} AS s "
    "JOIN dealbot.{articles} AS a "
    "ON s.number >= a.first_sentence AND s.number < a.first_sentence + a.sentence_count "
    "WHERE a.number = ANY(%s) AND s.from_generation = a.from_generation AND NOT EXISTS "
    "(SELECT FROM dealbot.{closed} AS c WHERE c.number = s.number AND c.to_generation <= %s)"
)
_PASSAGES: LiteralString = (
    "SELECT p.number, p.vector FROM dealbot.{articles} AS a JOIN dealbot.{passages} AS p "
    "ON p.number >= a.first_passage AND p.number < a.first_passage + a.passage_count "
    "WHERE a.number = ANY(%s)"
)
_COUNT: LiteralString = (
    "SELECT count(*) FROM dealbot.{sentences} AS s WHERE s.number >= %s AND s.number < %s "
    "AND s.from_generation <= %s AND NOT EXISTS "
    "(SELECT FROM dealbot.{closed} AS c WHERE c.number = s.number AND c.to_generation <= %s)"
)
_POSTINGS: LiteralString = (
    "SELECT of_passages, term, rows, times, lengths, digest FROM dealbot.{postings} "
    "WHERE segment = %s AND from_generation <= %s"
)
_SEGMENTS: LiteralString = "SELECT DISTINCT segment FROM dealbot.{postings} ORDER BY segment"

_Sentences = Mapping[int, tuple[int, bytes]]  # passage and vector by number
_Passages = Mapping[int, bytes]


def find_damage(server: Server, generation: str) -> list[str]:
    """List the problems of a generation; empty if it is intact."""
    try:
        contents = Contents.open(server, generation)
    except ExpectedError as error:
        return [str(error)]
    return [
        *_damaged_articles(contents),
        *_surplus_sentences(contents),
        *_damaged_terms(contents),
    ]


def _damaged_articles(contents: Contents) -> Iterator[str]:
    numbers, epoch = contents.articles.tolist(), contents.epoch
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        rows, found, means = contents.read(
            (of_epoch(_ROWS, epoch), [part]),
            (of_epoch(_SENTENCES, epoch), [part, contents.number]),
            (of_epoch(_PASSAGES, epoch), [part]),
        )
        sentences = {number: (passage, vector) for number, passage, vector in found}
        passages: dict[int, bytes] = dict(means)
        for values in rows:
            row = dict(zip(_NAMES, values, strict=True))
            if problem := _problem(row, sentences, passages):
                yield f"The article {row['id'].decode()!r} in {contents.server.name} {problem}"


def _problem(row: Mapping[str, Any], sentences: _Sentences, passages: _Passages) -> str | None:
    first, place = row["first_sentence"], row["first_passage"]
    wanted = range(first, first + row["sentence_count"])
    if any(each not in sentences for each in wanted):
        return "lacks sentences"
    wanted_passages = range(place, place + row["passage_count"])
    if any(each not in passages for each in wanted_passages):
        return "lacks passages"
    vectors = _vectors(sentences[each][1] for each in wanted)
    if digest_of(row, vectors.astype("<f2").tobytes()) != row["digest"]:
        return "is damaged: its checksum does not match"
    if _of_meta(row) != tuple(row[name] for name in _NAMES[-5:]):
        return "is damaged: its id or its times do not match its metadata"
    named = np.frombuffer(row["sentences"], "<i8").reshape(-1, 5)[:, 4]
    if [sentences[each][0] - place for each in wanted] != named.tolist():
        return "is damaged: a sentence names another passage"
    if wanted_passages:
        starts = np.frombuffer(row["passages"], "<i8").reshape(-1, 2)[:, 0]
        means = mean_vectors(vectors, starts)
        found = _vectors(passages[each] for each in wanted_passages)
        if not np.allclose(means, found, rtol=0, atol=_ROUNDING):
            return "is damaged: the vector of a passage is not that of its sentences"
    return None


def _vectors(sent: Iterable[bytes]) -> Vectors:
    """Return vectors as the server sends them, one per row; no row if there is none."""
    rows = [np.frombuffer(each[_HEADER:], ">f2").astype(np.float32) for each in sent]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _of_meta(row: Mapping[str, Any]) -> tuple[bytes, bytes, int, int, int]:
    """Return the columns that follow from the metadata: both ids and the times."""
    article = stored_article(Place(0, 0, 0), {**row, "text_bytes": 0, "block_count": 0})
    return article.id.encode(), article.version_of.encode(), *times_of(article)


def _surplus_sentences(contents: Contents) -> Iterator[str]:
    """Count the sentences that a search finds, and compare with those of the articles."""
    of = contents
    known = np.sort(of.sentences.numbers(np.arange(len(of.sentences))))
    for part in pairwise((*range(0, of.sentences.end + 1, _COUNTED_AT_ONCE), _LAST)):
        query = of_epoch(_COUNT, of.epoch), [*part, of.number, of.number]
        [[[count]]] = of.read(query)
        start, end = np.searchsorted(known, part).tolist()
        if count > end - start:
            yield (
                f"{of.server.name} has {count - (end - start)} sentences that no article of "
                f"generation {of.manifest.id} has"
            )


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
