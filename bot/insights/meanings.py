"""Texts grouped by meaning; equal texts are encoded once."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.insights.grouping import central, grouped

Vectors = NDArray[np.float32]
# Returns the unit vectors of texts, shape (n, dimension).
Encode = Callable[[Sequence[str]], Vectors]

_ENCODED_CHARS = 300  # of a text; a longer one says enough by then, and takes long


class Meanings:
    """Groups of texts. A text is named by its place in the given order."""

    def __init__(self, texts: Sequence[str], encode: Encode) -> None:
        firsts: dict[str, str] = {}
        for text in texts:
            firsts.setdefault(_key(text), text)
        row_of = {key: row for row, key in enumerate(firsts)}
        self._rows = [row_of[_key(text)] for text in texts]
        self._vectors = encode([_brief(text) for text in firsts.values()])

    def groups(self) -> list[list[int]]:
        """Return the places of the texts of each group."""
        places: list[list[int]] = [[] for _ in self._vectors]
        for place, row in enumerate(self._rows):
            places[row].append(place)
        found = grouped(self._vectors, [len(each) for each in places])
        return [sorted(place for row in rows for place in places[row]) for rows in found]

    def most_central(self, places: Sequence[int]) -> int:
        """Return the place of the text that is nearest to all these texts."""
        counts = Counter(self._rows[place] for place in places)
        row = central(self._vectors, list(counts), list(counts.values()))
        return next(place for place in places if self._rows[place] == row)


def _brief(text: str) -> str:
    return " ".join(text.split())[:_ENCODED_CHARS]


def _key(text: str) -> str:
    return _brief(text).casefold()
