"""Publication of a generation: one transaction that writes what changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection

from index.generations.generation import FileGeneration
from index.generations.manifest import Manifest
from index.postgres import graphs
from index.postgres.article_rows import ArticleReader, ArticleWriter
from index.postgres.epochs import Numbers, Target
from index.postgres.known_articles import KnownArticles
from index.postgres.revisions import Revisions
from index.postgres.schema import of_epoch
from index.postgres.word_numbers import WordNumbers
from index.progress import Progress

_KNOWN: LiteralString = "SELECT number FROM dealbot.generations WHERE id = %s"
_CLOSE: LiteralString = (
    "WITH gone AS (UPDATE dealbot.{articles} SET to_generation = {generation} "
    "WHERE number = ANY(%s) RETURNING first_sentence, sentence_count) "
    "INSERT INTO dealbot.{closed} (number, to_generation) "
    "SELECT generate_series(first_sentence, first_sentence + sentence_count - 1), {generation} "
    "FROM gone"
)
_ADD: LiteralString = (
    "INSERT INTO dealbot.generations (number, epoch, id, manifest, words, initials, graphs, "
    "next_article, next_sentence, next_passage) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_POINT: LiteralString = (
    "INSERT INTO dealbot.current (number) VALUES (%s) "
    "ON CONFLICT (is_current) DO UPDATE SET number = excluded.number"
)


@dataclass(frozen=True, slots=True)
class Publication:
    """Result of a publication: articles that were written, and articles that were closed."""

    manifest: Manifest
    written: int
    closed: int


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
        meanings = fresh.initials.meanings
        self._initials = json.dumps(meanings, ensure_ascii=False, sort_keys=True).encode()

    def publish(self, manifest: Manifest) -> Publication:
        """Write the generation and make it the current one."""
        known = self._connection.execute(_KNOWN, [manifest.id]).fetchone()
        if known:  # a builder that died after its commit is started again
            make_current(self._connection, known[0])
            return Publication(manifest, 0, 0)
        target = Target.choose(self._connection, self._fresh.manifest, self._key, full=self._full)
        words = WordNumbers(self._connection, target, self._fresh.tokens.words)
        order, closed, following = self._write_articles(target, words)
        if closed:
            query = of_epoch(_CLOSE, target.epoch, generation=target.number)
            self._connection.execute(query, [closed])
        words.write()
        ends = self._build_graphs(target, following)
        self._progress.start("Publishing", None)
        first_new = target.before.following.article if target.before else 0
        revisions = Revisions(self._connection, target)
        revisions.write_order(np.array(order, np.int64), first_new)
        revisions.write_vocabulary(self._fresh.vocabulary)
        self._connection.execute(
            _ADD,
            [
                *(target.number, target.epoch, manifest.id, manifest.json_text().encode()),
                *(len(words), self._initials, ends),
                *(following.article, following.sentence, following.passage),
            ],
        )
        make_current(self._connection, target.number)
        return Publication(manifest, following.article - first_new, len(closed))

    def _write_articles(
        self, target: Target, words: WordNumbers
    ) -> tuple[list[int], list[int], Numbers]:
        """Write the new articles. Return the numbers of all articles in order, the numbers of those
        that the generation no longer has, and the numbers that follow."""
        articles = self._fresh.texts.articles
        self._progress.start("Writing articles", len(articles))
        known = KnownArticles(self._connection, target, self._fresh, self._initials)
        reader = ArticleReader(self._fresh, words)
        writer = ArticleWriter(self._connection, target, self._fresh, reader)
        order = []
        for article in articles:
            number = known.take(article, lambda: reader.digest(article))  # noqa: B023 - called here
            order.append(writer.add(article) if number is None else number)
            self._progress.advance(1)
        writer.finish()
        return order, known.left(), writer.following

    def _build_graphs(self, target: Target, following: Numbers) -> Sequence[int]:
        """Build the missing graphs, if there are enough sentences. Return the ends of all."""
        before = target.before.graphs if target.before else ()
        sentences = self._fresh.manifest.sentences
        ends = graphs.next_ends(before, following.sentence, sentences)
        if len(ends) > 0 and ends != before:
            self._progress.start("Indexing vectors", None)
            graphs.build(self._connection, target.epoch, ends)
        if target.before is None:
            for statement in ("ANALYZE dealbot.{articles}", "ANALYZE dealbot.{sentences}"):
                self._connection.execute(of_epoch(statement, target.epoch))
        return ends


def make_current(connection: Connection[Any], number: int) -> None:
    """Let a generation answer, in the transaction of the caller."""
    connection.execute(_POINT, [number])


def epoch_key(manifest: Manifest) -> str:
    """Return what the rows of an epoch depend on: the encoder, the weight of titles, and the
    program that reads."""
    parts = (manifest.encoder_id, str(manifest.dimension), str(manifest.schema_version))
    program = (str(manifest.title_weight), manifest.reading, manifest.dealbot_version)
    return hashlib.sha256("\n".join((*parts, *program)).encode()).hexdigest()
