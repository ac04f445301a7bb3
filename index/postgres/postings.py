"""The entries of terms that a publication writes: one segment for some millions of terms."""

import hashlib
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from index.postgres.schema import of_epoch
from index.postgres.terms import NUMBER
from index.ranges import run_begins

_AT_ONCE = 4_000_000  # terms counted at a time
_NEXT: LiteralString = "SELECT coalesce(max(segment), 0) + 1 FROM dealbot.{postings}"
_COPY: LiteralString = (
    "COPY dealbot.{postings} (of_passages, term, segment, from_generation, rows, times, lengths, "
    "digest) FROM STDIN (FORMAT BINARY)"
)
_TYPES = ("bool", "text", "int4", "int4", "bytea", "bytea", "bytea", "bytea")

Array = NDArray[np.int64]


class Postings:
    """Collector of the terms of new rows."""

    def __init__(
        self, connection: Connection[Any], epoch: int, generation: int, numbers: dict[str, int]
    ) -> None:
        """Write to an epoch; `numbers` has the number of each term."""
        self._connection, self._epoch, self._generation = connection, epoch, generation
        self._terms = list(numbers)
        [[self._segment]] = connection.execute(of_epoch(_NEXT, epoch)).fetchall()
        self._kinds: dict[bool, list[tuple[Array, Array, Array]]] = {False: [], True: []}
        self._collected = 0

    def add(
        self, first: int, terms: NDArray[np.int32], lengths: Array, *, of_passages: bool
    ) -> None:
        """Add the terms of consecutive rows from the number `first` on."""
        rows = np.repeat(np.arange(first, first + len(lengths)), lengths)
        of_row = np.repeat(lengths, lengths)
        self._kinds[of_passages].append((terms.astype(np.int64), rows, of_row.astype(np.int64)))
        self._collected += len(terms)
        if self._collected >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was added as a segment."""
        if not self._collected:
            return
        with (
            self._connection.cursor() as cursor,
            cursor.copy(of_epoch(_COPY, self._epoch)) as copy,
        ):
            copy.set_types(_TYPES)
            for of_passages, parts in self._kinds.items():
                for term, columns in self._counted(parts):
                    digest = hashlib.sha256(b"".join(columns)).digest()
                    row = (of_passages, term, self._segment, self._generation, *columns, digest)
                    copy.write_row(row)
                parts.clear()
        self._collected = 0
        self._segment += 1

    def _counted(
        self, parts: list[tuple[Array, Array, Array]]
    ) -> list[tuple[str, tuple[bytes, bytes, bytes]]]:
        """Return for each term the rows that have it, its occurrences and the rows' lengths."""
        terms, rows, lengths = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((rows, terms))
        terms, rows, lengths = terms[order], rows[order], lengths[order]
        begins = np.flatnonzero(run_begins(terms) | run_begins(rows))
        times = np.diff(np.append(begins, len(terms)))
        terms, rows, lengths = terms[begins], rows[begins], lengths[begins]
        of_term = np.flatnonzero(run_begins(terms)).tolist()
        found = []
        for start, end in zip(of_term, [*of_term[1:], len(terms)], strict=True):
            term = self._terms[int(terms[start])]
            if term != "\0":  # stands for the terms of a text without any
                columns = (rows[start:end], times[start:end], lengths[start:end])
                found.append((term, tuple(each.astype(NUMBER).tobytes() for each in columns)))
        return found  # type: ignore[return-value]
