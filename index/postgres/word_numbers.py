"""The numbers that words have in an epoch."""

from collections.abc import Iterable
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from index.postgres.epochs import Target
from index.postgres.schema import of_epoch
from index.postgres.tokens import WORDS, spelt
from index.text.tokens import GAP_BITS, Spelt

_COUNT = np.dtype("<u4")
_INSERT: LiteralString = "INSERT INTO dealbot.{words} (first, words) VALUES (%s, %s)"


class WordNumbers:
    """Numbers of the words of a generation in files. Words that the epoch lacks get the next ones,
    and are written by `write`."""

    def __init__(self, connection: Connection[Any], target: Target, words: Iterable[Spelt]) -> None:
        self._connection, self._epoch = connection, target.epoch
        self._known = target.before.words if target.before else 0
        self._numbers = self._read() if self._known else {}
        numbers = self._numbers
        self._local = np.array([numbers.setdefault(word, len(numbers)) for word in words], _COUNT)

    def __len__(self) -> int:
        """Return the count of words that the epoch has with this generation."""
        return len(self._numbers)

    def renumbered(self, tokens: NDArray[np.uint32]) -> bytes:
        """Return tokens of the generation in files with the numbers of the epoch."""
        gaps = tokens & ((1 << GAP_BITS) - 1)
        numbers = self._local[tokens >> GAP_BITS] << np.uint32(GAP_BITS)
        return bytes((numbers | gaps).astype(_COUNT).tobytes())

    def write(self) -> None:
        """Write the words that are new."""
        if len(self._numbers) > self._known:
            new = list(self._numbers)[self._known :]
            lines = "".join(f"{surface}\t{lower}\n" for surface, lower in new)
            query = of_epoch(_INSERT, self._epoch)
            self._connection.execute(query, [self._known, lines.encode()])

    def _read(self) -> dict[Spelt, int]:
        query = of_epoch(WORDS, self._epoch)
        parts = self._connection.execute(query, [self._known], binary=True).fetchall()
        lines = (line for [part] in parts for line in bytes(part).decode().splitlines())
        return {spelt(line): number for number, line in enumerate(lines)}
