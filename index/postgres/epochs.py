"""The epoch that a generation is written to: the newest one, or a new one with its own tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, Self

from psycopg import Connection

from index.generations.manifest import Manifest
from index.postgres.schema import FOREVER, create_epoch, of_epoch

# Beyond either of them, a new epoch begins.
_MOST_GENERATIONS = 64
_MOST_CLOSED = 2  # times the valid rows

_NEWEST: LiteralString = (
    "SELECT number, epoch, words, next_article, next_sentence, next_passage, graphs, initials "
    "FROM dealbot.generations ORDER BY number DESC LIMIT 1"
)
_KEY: LiteralString = "SELECT key FROM dealbot.epochs WHERE epoch = %s"
_LAST: LiteralString = "SELECT coalesce(max(epoch), 0) FROM dealbot.epochs"
_ADD: LiteralString = "INSERT INTO dealbot.epochs (epoch, key, dimension) VALUES (%s, %s, %s)"
_WEAR: LiteralString = (
    "SELECT (SELECT count(*) FILTER (WHERE to_generation < {forever}) FROM dealbot.{articles}), "
    "(SELECT count(*) FROM dealbot.{articles}), "
    "(SELECT count(DISTINCT generation) FROM dealbot.{revisions})"
)


@dataclass(frozen=True)
class Numbers:
    """Numbers that new rows get. They are never used again, so that a stored entry of a row that
    was removed never counts for another."""

    article: int = 0
    sentence: int = 0
    passage: int = 0


@dataclass(frozen=True)
class Newest:
    """Data of the newest generation that the next one starts from. `words` is the count of words of
    the epoch, `graphs` are the ends of its graphs."""

    number: int
    epoch: int
    words: int
    following: Numbers
    graphs: Sequence[int]
    initials: bytes

    @classmethod
    def of(cls, connection: Connection[Any]) -> Self | None:
        found = connection.execute(_NEWEST, binary=True).fetchone()
        if found is None:
            return None
        number, epoch, words, *following, graphs, initials = found
        return cls(number, epoch, words, Numbers(*following), graphs, initials)


@dataclass(frozen=True)
class Target:
    """Place of a generation that is written. `before` is the generation before it in its epoch;
    None if the epoch is new."""

    epoch: int
    number: int
    before: Newest | None

    @classmethod
    def choose(
        cls, connection: Connection[Any], manifest: Manifest, key: str, *, full: bool
    ) -> Self:
        """Choose the newest epoch if it can take another generation; otherwise begin a new one."""
        newest = Newest.of(connection)
        number = newest.number + 1 if newest else 1
        if newest and not full and _is_usable(connection, newest.epoch, key):
            return cls(newest.epoch, number, newest)
        [[last]] = connection.execute(_LAST).fetchall()
        connection.execute(_ADD, [last + 1, key, manifest.dimension])
        create_epoch(connection, last + 1, manifest.dimension)
        return cls(last + 1, number, None)


def _is_usable(connection: Connection[Any], epoch: int, key: str) -> bool:
    """Return whether the epoch has this key, and has few enough closed rows and generations for
    another one. Each generation adds a small segment of terms, which searches must read."""
    [[found]] = connection.execute(_KEY, [epoch]).fetchall()
    if found != key:
        return False
    query = of_epoch(_WEAR, epoch, forever=FOREVER)
    [[closed, all_rows, generations]] = connection.execute(query).fetchall()
    valid = max(all_rows - closed, 1)
    return bool(generations < _MOST_GENERATIONS and closed <= _MOST_CLOSED * valid)
