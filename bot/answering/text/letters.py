"""Similarity of spelling, by the letter trigrams that words share."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.ranges import in_ranges, starts_of

Array = NDArray[np.float64]
Number = TypeVar("Number", np.int32, np.int64)

_LONG = 4  # letters; shorter words are similar by chance
_ROOM = 1 << 14


def is_long(word: str) -> bool:
    """Return whether the word is long enough to be compared."""
    return len(word) >= _LONG


class TrigramIndex:
    """Numbers of strings, from 1, with the trigrams of each. Trigrams include a mark at both ends
    of the string. An instance belongs to one thread."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._trigrams: dict[str, int] = {}
        # The trigrams of string n are `_flat[_starts[n] : _starts[n + 1]]`.
        self._starts, self._flat = np.zeros(_ROOM, np.int64), np.zeros(_ROOM, np.int32)

    def __len__(self) -> int:
        return len(self._numbers)

    def known(self, string: str) -> int:
        """Return the number of the string, -1 if it has none."""
        return self._numbers.get(string, -1)

    def number(self, string: str) -> int:
        """Return the number of the string. A new string gets the next number."""
        found = self._numbers.get(string)
        return self._add(string) if found is None else found

    def _add(self, string: str) -> int:
        number = self._numbers[string] = len(self._numbers) + 1
        known = self._trigrams
        own = [known.setdefault(each, len(known)) for each in _trigrams(string)]
        start = int(self._starts[number])
        end = start + len(own)
        self._flat = _with_room(self._flat, end)
        self._starts = _with_room(self._starts, number + 2)
        self._flat[start:end] = own
        self._starts[number + 1] = end
        return number

    def alike(self, strings: NDArray[np.integer], words: Sequence[str]) -> Array:
        """Compute how similar each string (rows, by number) and each word (columns) are: twice the
        trigrams that they share, divided by the sum of both counts (Dice 1945). The result is 0 for
        a short string."""
        starts, counts = self._starts[strings], self._starts[strings + 1] - self._starts[strings]
        of_words = [_trigrams(word) for word in words]
        wanted = np.zeros((len(self._trigrams) + 1, len(words)), np.int64)
        is_wanted = np.zeros(len(wanted), bool)
        for column, own in enumerate(of_words):
            numbers = [self._trigrams.get(each, -1) for each in own]
            wanted[numbers, column] = is_wanted[numbers] = True
        # Only the wanted trigrams are counted, because few are. The last row stands for trigrams
        # that no string has, and is never found.
        trigrams = self._flat[in_ranges(starts, counts)]
        found = np.flatnonzero(is_wanted[trigrams])
        of_strings = np.searchsorted(starts_of(counts), found, side="right") - 1
        shared = np.zeros((len(strings), len(words)), np.int64)
        np.add.at(shared, of_strings, wanted[trigrams[found]])
        both = counts[:, None] + np.array([len(own) for own in of_words])
        alike: Array = 2 * shared / np.maximum(both, 1)
        return alike


def _trigrams(word: str) -> set[str]:
    if not is_long(word):
        return set()
    marked = f"^{word}$"
    return {marked[place : place + 3] for place in range(len(marked) - 2)}


def _with_room(array: NDArray[Number], needed: int) -> NDArray[Number]:
    if needed <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(len(array), needed - len(array)), array.dtype)])
