"""The articles that a database has already, found without reading their texts."""

import hashlib
from collections.abc import Callable
from typing import Any, LiteralString

from psycopg import Connection

from index.generations.generation import FileGeneration
from index.postgres.epochs import Target
from index.postgres.records import meta_of
from index.postgres.schema import FOREVER, of_epoch
from index.stores.text_store import StoredArticle
from index.text.marks import INITIALS

_VALID: LiteralString = (
    "SELECT sha256(meta), number, digest FROM dealbot.{articles} WHERE to_generation = {forever}"
)


class KnownArticles:
    """The articles of the newest generation. All that is stored of an article follows from its
    metadata, which have the checksum of its text, from what an epoch depends on, and from the
    meaning of initials if it has any."""

    def __init__(
        self, connection: Connection[Any], target: Target, fresh: FileGeneration, initials: bytes
    ) -> None:
        """Read the checksums; `initials` are those of `fresh` as they are stored."""
        self._tokens = fresh.tokens
        self._same_initials = target.before is not None and target.before.initials == initials
        self._rows: dict[bytes, tuple[int, bytes]] = {}
        if target.before:
            query = of_epoch(_VALID, target.epoch, forever=FOREVER)
            found = connection.execute(query, binary=True)
            self._rows = {key: (number, digest) for key, number, digest in found}

    def take(self, article: StoredArticle, digest: Callable[[], bytes]) -> int | None:
        """Return the number of the article, and take it from those that are left; None if there is
        none. `digest` computes the checksum of its row."""
        key = hashlib.sha256(meta_of(article)).digest()
        if (found := self._rows.get(key)) is None:
            return None
        number, stored = found
        if not self._same_initials and self._has_initials(article) and digest() != stored:
            return None
        del self._rows[key]
        return number

    def left(self) -> list[int]:
        """Return the numbers of the articles that were not taken."""
        return [number for number, _ in self._rows.values()]

    def _has_initials(self, article: StoredArticle) -> bool:
        sentences = range(article.first_sentence, article.end_sentence)
        marks = (
            self._tokens.sentences.marks(sentences),
            self._tokens.titles.marks(range(article.row, article.row + 1)),
        )
        return any(bool((each & INITIALS).any()) for each in marks)
