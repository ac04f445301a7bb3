"""Publication of a generation: what changed is written, in one transaction."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection
from psycopg.types import TypeInfo
from psycopg.types.string import BytesBinaryDumper

from index.building.terms import TermReader
from index.generations.generation import FileGeneration
from index.generations.manifest import Manifest
from index.postgres.postings import Postings
from index.postgres.records import digest_of, layout_columns, meta_of
from index.postgres.schema import FOREVER, create_epoch, of_epoch
from index.postgres.tokens import spelt
from index.postgres.vectors import EXACT_UP_TO, packed
from index.progress import Progress
from index.stores.text_store import StoredArticle
from index.text.tokens import GAP_BITS, Spelt

_NUMBER = np.dtype("<i8")
_COUNT = np.dtype("<u4")
_AT_ONCE = 2_000  # sentences of new articles that are written in one piece
_MOST_SEGMENTS = 64  # and
_MOST_CLOSED = 2  # times the valid rows: above either, a new epoch begins

_NEWEST: LiteralString = (
    "SELECT number, epoch, words, next_article, next_sentence, next_passage "
    "FROM dealbot.generations ORDER BY number DESC LIMIT 1"
)
_KNOWN: LiteralString = "SELECT number FROM dealbot.generations WHERE id = %s"
_COPY_ARTICLES: LiteralString = (
    "COPY dealbot.{articles} (number, from_generation, to_generation, digest, id, version_of, "
    "meta, text, sentences, passages, kinds, blocks, tokens, token_counts, marks, title_tokens, "
    "title_marks, first_sentence, sentence_count, first_passage, passage_count, sentence_terms, "
    "passage_terms, published, since, until) FROM STDIN (FORMAT BINARY)"
)
_ARTICLE_TYPES = (
    *("int8", "int4", "int4", "bytea", "bytea", "bytea"),
    *(["bytea"] * 10),
    *("int2", *(["int8"] * 9)),
)
_CLOSE: LiteralString = (
    "WITH closed AS (UPDATE dealbot.{articles} SET to_generation = {generation} "
    "WHERE number = ANY(%s) RETURNING first_sentence, sentence_count) "
    "UPDATE dealbot.{sentences} SET to_generation = {generation} FROM closed "
    "WHERE number >= first_sentence AND number < first_sentence + sentence_count"
)


@dataclass(frozen=True, slots=True)
class Publication:
    """Result of a publication: articles that were written, and articles that were closed."""

    manifest: Manifest
    written: int
    closed: int


@dataclass
class _Next:
    """Numbers that new rows get. They are never used again, so that a stored entry of a row that
    was removed never counts for another."""

    article: int = 0
    sentence: int = 0
    passage: int = 0


@dataclass
class _Words:
    """The words of an epoch: those that the server has, and new ones."""

    numbers: dict[Spelt, int] = field(default_factory=dict)
    new: list[Spelt] = field(default_factory=list)

    def number(self, word: Spelt) -> int:
        found = self.numbers.get(word)
        if found is None:
            found = self.numbers[word] = len(self.numbers)
            self.new.append(word)
        return found


class Publisher:
    """Writer of one generation. The caller holds the lock of builds and a transaction."""

    def __init__(
        self,
        connection: Connection[Any],
        fresh: FileGeneration,
        key: str,
        progress: Progress,
        *,
        full: bool = False,
    ) -> None:
        """Publish `fresh`, a generation in files. `key` names what an epoch depends on."""
        self._connection, self._fresh, self._progress = connection, fresh, progress
        self._key, self._full = key, full
        self._terms = TermReader(fresh.texts, fresh.tokens)
        self._words, self._next = _Words(), _Next()

    def publish(self, manifest: Manifest) -> Publication:
        """Write the generation and make it the current one."""
        known = self._connection.execute(_KNOWN, [manifest.id]).fetchone()
        if known:  # a builder that died after its commit is started again
            make_current(self._connection, known[0])
            return Publication(manifest, 0, 0)
        newest = self._connection.execute(_NEWEST).fetchone()
        number = newest[0] + 1 if newest else 1
        epoch, is_new = self._epoch(newest)
        if newest and not is_new:
            self._next = _Next(*newest[3:])
            self._words.numbers = self._known_words(epoch, newest[2])
        local = np.array([self._words.number(word) for word in self._fresh.tokens.words], np.int64)
        self._register_halfvec()
        postings = Postings(self._connection, epoch, number, self._terms.numbers)
        order, written, closed = self._articles(epoch, number, local, postings)
        postings.flush()
        self._close(epoch, number, closed)
        self._write_words(epoch)
        self._index(epoch, is_new)
        self._write_generation(number, epoch, manifest, order)
        return Publication(manifest, written, len(closed))

    def _epoch(self, newest: tuple[Any, ...] | None) -> tuple[int, bool]:
        """Return the epoch to write to, and whether it is new."""
        if newest and not self._full:
            [key] = self._connection.execute(
                "SELECT key FROM dealbot.epochs WHERE epoch = %s", [newest[1]]
            ).fetchone() or [None]
            if key == self._key and not self._is_worn(newest[1]):
                return newest[1], False
        [[last]] = self._connection.execute("SELECT max(epoch) FROM dealbot.epochs").fetchall()
        epoch = (last or 0) + 1
        self._connection.execute(
            "INSERT INTO dealbot.epochs (epoch, key, dimension) VALUES (%s, %s, %s)",
            [epoch, self._key, self._fresh.manifest.dimension],
        )
        create_epoch(self._connection, epoch, self._fresh.manifest.dimension)
        return epoch, True

    def _is_worn(self, epoch: int) -> bool:
        """Return whether closed rows or small segments outweigh what is read."""
        query = of_epoch(
            "SELECT (SELECT count(*) FILTER (WHERE to_generation < {forever}) FROM "
            "dealbot.{articles}), (SELECT count(*) FROM dealbot.{articles}), "
            "(SELECT coalesce(max(segment), 0) FROM dealbot.{postings})",
            epoch,
            forever=FOREVER,
        )
        [[closed, all_rows, segments]] = self._connection.execute(query).fetchall()
        worn: bool = segments > _MOST_SEGMENTS or closed > _MOST_CLOSED * max(all_rows - closed, 1)
        return worn

    def _known_words(self, epoch: int, count: int) -> dict[Spelt, int]:
        query = of_epoch("SELECT words FROM dealbot.{words} WHERE first < %s ORDER BY first", epoch)
        parts = self._connection.execute(query, [count], binary=True).fetchall()
        lines = (line for [part] in parts for line in bytes(part).decode().splitlines())
        return {spelt(line): number for number, line in enumerate(lines)}

    def _register_halfvec(self) -> None:
        info = TypeInfo.fetch(self._connection, "halfvec")
        assert info is not None  # the extension was checked
        info.register(self._connection)
        dumper = type("HalfvecDumper", (BytesBinaryDumper,), {"oid": info.oid})
        self._connection.adapters.register_dumper(Halfvec, dumper)

    def _articles(
        self, epoch: int, number: int, local: "np.ndarray[Any, Any]", postings: Postings
    ) -> tuple[list[int], int, list[int]]:
        """Write the new articles. Return the numbers of all articles in order, the count of new
        ones, and the numbers of those that the generation no longer has."""
        valid = self._valid(epoch)
        order, written = list[int](), 0
        texts = self._fresh.texts
        self._progress.start("Writing articles", len(texts.articles))
        part = _Part(self._connection, epoch, number)
        for article in texts.articles:
            columns, vectors = self._columns(article, local)
            digest = digest_of(columns, vectors.tobytes())
            if known := valid.get(digest):
                order.append(known.pop())
            else:
                order.append(self._next.article)
                self._add(part, postings, article, columns, vectors, digest)
                written += 1
                if part.sentences_added >= _AT_ONCE:
                    part.write()
            self._progress.advance(1)
        part.write()
        return order, written, [each for numbers in valid.values() for each in numbers]

    def _valid(self, epoch: int) -> dict[bytes, list[int]]:
        """Return the articles of the newest generation by their checksums."""
        query = of_epoch(
            "SELECT digest, number FROM dealbot.{articles} WHERE to_generation = {forever} "
            "ORDER BY number DESC",
            epoch,
            forever=FOREVER,
        )
        found: dict[bytes, list[int]] = {}
        for digest, number in self._connection.execute(query, binary=True):
            found.setdefault(digest, []).append(number)
        return found

    def _columns(
        self, article: StoredArticle, local: "np.ndarray[Any, Any]"
    ) -> tuple[dict[str, Any], "np.ndarray[Any, Any]"]:
        fresh = self._fresh
        rows = range(article.first_sentence, article.end_sentence)
        stored = fresh.tokens.sentences.stored(rows)
        title = fresh.tokens.titles.stored(range(article.row, article.row + 1))
        columns = {
            "meta": meta_of(article),
            "text": fresh.texts.article_text(article).encode(),
            **layout_columns(fresh.texts.layout(article)),
            "tokens": _renumbered(stored.tokens, local),
            "token_counts": stored.lengths.astype(_COUNT).tobytes(),
            "marks": stored.marks.tobytes(),
            "title_tokens": _renumbered(title.tokens, local),
            "title_marks": int(title.marks[0]),
        }
        vectors = fresh.sentence_vectors.vectors(np.arange(rows.start, rows.stop))
        return columns, vectors.astype(np.float16)

    def _add(
        self,
        part: "_Part",
        postings: Postings,
        article: StoredArticle,
        columns: dict[str, Any],
        vectors: "np.ndarray[Any, Any]",
        digest: bytes,
    ) -> None:
        fresh, following = self._fresh, self._next
        layout = fresh.texts.layout(article)
        sentences, passages = len(layout.sentences), len(layout.passages)
        counts = (0, 0)
        if passages:
            first = int(fresh.texts.passages_of(np.array([article.first_sentence]))[0])
            rows = np.arange(first, first + passages)
            runs = self._terms.read(range(first, first + passages))
            postings.add(following.sentence, *runs[0], of_passages=False)
            postings.add(following.passage, *runs[1], of_passages=True)
            counts = int(runs[0][1].sum()), int(runs[1][1].sum())
            part.add_vectors(
                following.sentence,
                following.passage,
                layout.sentences[:, 4],
                vectors,
                fresh.passage_vectors.vectors(rows).astype(np.float16),
            )
        times = fresh.texts.times
        part.articles.append(
            (
                following.article,
                part.generation,
                FOREVER,
                digest,
                article.id.encode(),
                article.version_of.encode(),
                *columns.values(),
                *(following.sentence, sentences, following.passage, passages),
                *counts,
                *(int(column[article.row]) for column in (times.published, times.since)),
                int(times.until[article.row]),
            )
        )
        following.article += 1
        following.sentence += sentences
        following.passage += passages

    def _close(self, epoch: int, number: int, closed: list[int]) -> None:
        if closed:
            self._connection.execute(of_epoch(_CLOSE, epoch, generation=number), [closed])

    def _write_words(self, epoch: int) -> None:
        if self._words.new:
            lines = "".join(f"{surface}\t{lower}\n" for surface, lower in self._words.new)
            first = len(self._words.numbers) - len(self._words.new)
            query = of_epoch("INSERT INTO dealbot.{words} (first, words) VALUES (%s, %s)", epoch)
            self._connection.execute(query, [first, lines.encode()])

    def _index(self, epoch: int, is_new: bool) -> None:
        """Build the graph once there are so many sentences that it is searched."""
        if self._fresh.manifest.sentences > EXACT_UP_TO:
            self._progress.start("Indexing vectors", None)
            self._connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
            self._connection.execute(
                of_epoch(
                    f"CREATE INDEX IF NOT EXISTS sentences_graph_{epoch} ON dealbot.{{sentences}} "
                    "USING hnsw (vector halfvec_ip_ops)",
                    epoch,
                )
            )
        if is_new:
            self._connection.execute(of_epoch("ANALYZE dealbot.{articles}", epoch))
            self._connection.execute(of_epoch("ANALYZE dealbot.{sentences}", epoch))

    def _write_generation(
        self, number: int, epoch: int, manifest: Manifest, order: list[int]
    ) -> None:
        fresh, following = self._fresh, self._next
        self._progress.start("Publishing", None)
        self._connection.execute(
            "INSERT INTO dealbot.generations (number, epoch, id, manifest, articles, words, "
            "vocabulary, initials, next_article, next_sentence, next_passage) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                *(number, epoch, manifest.id, manifest.json_text().encode()),
                np.array(order, _NUMBER).tobytes(),
                len(self._words.numbers),
                json.dumps(fresh.vocabulary, ensure_ascii=False).encode(),
                json.dumps(fresh.initials.meanings, ensure_ascii=False).encode(),
                *(following.article, following.sentence, following.passage),
            ],
        )
        make_current(self._connection, number)


class Halfvec(bytes):
    """A vector in the binary form of halfvec."""


class _Part:
    """Rows that are written together."""

    def __init__(self, connection: Connection[Any], epoch: int, generation: int) -> None:
        self._connection, self._epoch, self.generation = connection, epoch, generation
        self.articles: list[tuple[Any, ...]] = []
        self._sentences: list[tuple[Any, ...]] = []
        self._passages: list[tuple[Any, ...]] = []

    @property
    def sentences_added(self) -> int:
        return len(self._sentences)

    def add_vectors(
        self,
        sentence: int,
        passage: int,
        of_passages: "np.ndarray[Any, Any]",
        vectors: "np.ndarray[Any, Any]",
        passage_vectors: "np.ndarray[Any, Any]",
    ) -> None:
        for place, (of, vector) in enumerate(
            zip(of_passages.tolist(), packed(vectors), strict=True)
        ):
            row = (sentence + place, passage + of, self.generation, FOREVER, Halfvec(vector))
            self._sentences.append(row)
        for place, vector in enumerate(packed(passage_vectors)):
            self._passages.append((passage + place, Halfvec(vector)))

    def write(self) -> None:
        self._copy(_COPY_ARTICLES, self.articles, _ARTICLE_TYPES)
        self._copy(
            "COPY dealbot.{sentences} (number, passage, from_generation, to_generation, vector) "
            "FROM STDIN (FORMAT BINARY)",
            self._sentences,
            ("int8", "int8", "int4", "int4", "halfvec"),
        )
        self._copy(
            "COPY dealbot.{passages} (number, vector) FROM STDIN (FORMAT BINARY)",
            self._passages,
            ("int8", "halfvec"),
        )

    def _copy(
        self, statement: LiteralString, rows: list[tuple[Any, ...]], types: Iterable[str]
    ) -> None:
        if not rows:
            return
        with (
            self._connection.cursor() as cursor,
            cursor.copy(of_epoch(statement, self._epoch)) as copy,
        ):
            copy.set_types(list(types))
            for row in rows:
                copy.write_row(row)
        rows.clear()


def make_current(connection: Connection[Any], number: int) -> None:
    connection.execute(
        "INSERT INTO dealbot.current (number) VALUES (%s) "
        "ON CONFLICT (is_current) DO UPDATE SET number = excluded.number",
        [number],
    )


def _renumbered(tokens: "np.ndarray[Any, Any]", local: "np.ndarray[Any, Any]") -> bytes:
    """Return tokens with the numbers that their words have on the server."""
    words = local[tokens >> GAP_BITS].astype(_COUNT)
    gaps = (tokens & ((1 << GAP_BITS) - 1)).astype(_COUNT)
    return bytes(((words << np.uint32(GAP_BITS)) | gaps).astype(_COUNT).tobytes())


def epoch_key(manifest: Manifest) -> str:
    """Return what the rows of an epoch depend on: the encoder, and the program that reads."""
    parts = (manifest.encoder_id, str(manifest.dimension), str(manifest.schema_version))
    program = (manifest.reading, manifest.dealbot_version)
    return hashlib.sha256("\n".join((*parts, *program)).encode()).hexdigest()
