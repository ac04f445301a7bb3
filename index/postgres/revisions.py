"""Values that change a little with each generation: the order of the articles, the vocabulary.

A revision has all of a value, or what changed since the revision before it. An epoch has some 64
generations at most, so a reader reads few of them.
"""

import json
from collections.abc import Mapping
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from index.postgres.connections import Query, Result
from index.postgres.epochs import Target
from index.postgres.schema import of_epoch

_ORDER, _VOCABULARY = "order", "vocabulary"
_NUMBER = np.dtype("<i8")
_SELECT: LiteralString = (
    "SELECT is_whole, data FROM dealbot.{revisions} AS r WHERE kind = %s AND generation <= %s "
    "AND generation >= (SELECT max(generation) FROM dealbot.{revisions} AS w "
    "WHERE w.kind = r.kind AND w.is_whole AND w.generation <= %s) ORDER BY generation"
)
_INSERT: LiteralString = (
    "INSERT INTO dealbot.{revisions} (kind, generation, is_whole, data) VALUES (%s, %s, %s, %s)"
)

Numbers = NDArray[np.int64]


def queries(epoch: int, generation: int) -> tuple[Query, Query]:
    """Return the queries for `sequence_of` and for `vocabulary_of`."""
    statement = of_epoch(_SELECT, epoch)
    order, vocabulary = ([kind, generation, generation] for kind in (_ORDER, _VOCABULARY))
    return (statement, order), (statement, vocabulary)


def sequence_of(found: Result) -> Numbers:
    """Return the numbers of the articles in their order. Articles that the generation no longer has
    are among them."""
    sequence = np.zeros(0, np.int64)
    for is_whole, data in found:
        numbers = np.frombuffer(data, _NUMBER)
        if is_whole:
            sequence = numbers
        else:
            first, anchors = numbers[0], numbers[1:]
            sequence = np.insert(sequence, anchors, np.arange(first, first + len(anchors)))
    return sequence


def vocabulary_of(found: Result) -> dict[str, int]:
    """Return the words of the articles, with their counts."""
    counts: dict[str, int] = {}
    for is_whole, data in found:
        counts = json.loads(data) if is_whole else counts | json.loads(data)
    return {word: count for word, count in counts.items() if count}


class Revisions:
    """Writer of the revisions of one generation."""

    def __init__(self, connection: Connection[Any], target: Target) -> None:
        self._connection, self._target = connection, target

    def write_order(self, order: Numbers, first_new: int) -> None:
        """Write the numbers of the articles in order; those from `first_new` on are new."""
        old = sequence_of(self._read(0))
        is_new = order >= first_new
        sorted_old = np.argsort(old)
        place = sorted_old[np.searchsorted(old[sorted_old], order[~is_new])]
        if not len(old) or (np.diff(place) < 0).any():
            self._write(_ORDER, order.astype(_NUMBER).tobytes(), is_whole=True)
            return
        after = np.zeros(len(order), np.int64)
        after[~is_new] = place + 1
        anchors = np.maximum.accumulate(after)[is_new]
        if len(anchors):
            data = np.concatenate([[first_new], anchors]).astype(_NUMBER).tobytes()
            self._write(_ORDER, data, is_whole=False)

    def write_vocabulary(self, counts: Mapping[str, int]) -> None:
        """Write the counts of the words that changed."""
        old = vocabulary_of(self._read(1))
        changed = {word: count for word, count in counts.items() if old.get(word) != count}
        changed |= dict.fromkeys(old.keys() - counts.keys(), 0)
        if changed:
            data = json.dumps(changed, ensure_ascii=False).encode()
            self._write(_VOCABULARY, data, is_whole=not old)

    def _read(self, which: int) -> Result:
        target = self._target
        if target.before is None:
            return []
        statement, given = queries(target.epoch, target.before.number)[which]
        return self._connection.execute(statement, given, binary=True).fetchall()

    def _write(self, kind: str, data: bytes, *, is_whole: bool) -> None:
        statement = of_epoch(_INSERT, self._target.epoch)
        self._connection.execute(statement, [kind, self._target.number, is_whole, data])
