"""Rows of vectors in the binary form of COPY, which numpy writes at once."""

from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from index.postgres.epochs import Target
from index.postgres.schema import of_epoch

_HEADER, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_NUMBER, _GENERATION = 8, 4  # bytes of a column
_OF_VECTOR = 4  # bytes before the numbers of a halfvec
_SENTENCES: LiteralString = (
    "COPY dealbot.{sentences} (number, passage, from_generation, vector) FROM STDIN (FORMAT BINARY)"
)
_PASSAGES: LiteralString = "COPY dealbot.{passages} (number, vector) FROM STDIN (FORMAT BINARY)"

Halves = NDArray[np.float16]


class SentenceRows:
    """Sentences that are written together."""

    def __init__(self, connection: Connection[Any], target: Target) -> None:
        self._connection, self._target = connection, target
        self._parts: list[NDArray[Any]] = []

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def add(self, first: int, passages: NDArray[np.int64], vectors: Halves) -> None:
        """Add sentences with consecutive numbers from `first` on, and the numbers of their
        passages."""
        columns = [("passage", _NUMBER, ">i8"), ("generation", _GENERATION, ">i4")]
        rows = _rows(first, vectors, columns)
        rows["passage"], rows["generation"] = passages, self._target.number
        self._parts.append(rows)

    def write(self) -> None:
        _copy(self._connection, of_epoch(_SENTENCES, self._target.epoch), self._parts)


class PassageRows:
    """Passages that are written together."""

    def __init__(self, connection: Connection[Any], target: Target) -> None:
        self._connection, self._target = connection, target
        self._parts: list[NDArray[Any]] = []

    def add(self, first: int, vectors: Halves) -> None:
        """Add passages with consecutive numbers from `first` on."""
        self._parts.append(_rows(first, vectors, []))

    def write(self) -> None:
        _copy(self._connection, of_epoch(_PASSAGES, self._target.epoch), self._parts)


def _rows(first: int, vectors: Halves, more: list[tuple[str, int, str]]) -> NDArray[Any]:
    """Return rows with a number, more columns of so many bytes, and a vector. Each column follows
    its length."""
    dimension = vectors.shape[1]
    columns = [("number", _NUMBER, ">i8"), *more]
    columns.append(("vector", _OF_VECTOR + 2 * dimension, ""))
    fields: list[Any] = [("columns", ">i2")]
    for name, _, kind in columns:
        vector = [("dimension", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dimension,))]
        fields += [(f"{name} length", ">i4"), (name, kind or vector)]
    rows = np.zeros(len(vectors), fields)
    rows["columns"] = len(columns)
    for name, length, _ in columns:
        rows[f"{name} length"] = length
    rows["number"] = np.arange(first, first + len(vectors))
    rows["vector"]["dimension"], rows["vector"]["numbers"] = dimension, vectors
    return rows


def _copy(connection: Connection[Any], statement: Any, parts: list[NDArray[Any]]) -> None:
    if not parts:
        return
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEADER)
        for rows in parts:
            copy.write(rows.tobytes())
        copy.write(_END)
    parts.clear()
