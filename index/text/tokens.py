"""Texts as the numbers of their words, for counting and comparing many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ranges import starts_of
from index.text.marks import read_marks
from index.text.words import spellings, split_words

# The gap before a word: at most one character, white space, or a comma and white space.
ADJOINS, SPACE, COMMA = 1, 2, 4
GAP_BITS = 3
_USUAL_GAPS = {"": ADJOINS, " ": ADJOINS | SPACE, "-": ADJOINS, ", ": COMMA}

Spelt = tuple[str, str]  # a word as written, and its normalized spelling


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of several texts. Text i has the words `starts[i]` to `starts[i + 1]` (half-open), the
    gap before each of them, and `marks[i]`."""

    words: NDArray[np.int32]
    gaps: NDArray[np.uint8]
    starts: NDArray[np.int64]
    marks: NDArray[np.uint8]


class WordNumbers:
    """Numbering of words in order of first appearance. A token is the number of a word, with the
    gap before it in the lowest 3 bits."""

    def __init__(self) -> None:
        self.words: list[Spelt] = []
        self._tokens: dict[str, list[int]] = {}

    def read(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        tokens, known = [], self._tokens
        for gap, surface in split_words(text):
            first, *others = known.get(surface) or self._number(surface)
            tokens.append(first | (_USUAL_GAPS.get(gap) or _gap(gap)))
            tokens += others
        return tokens

    def first_of(self, spelt: Sequence[Spelt]) -> int:
        """Return the number of the first of the words that one written word stands for. They are
        given as they were numbered before; the others follow it."""
        surface = spelt[0][0]
        return (self._tokens.get(surface) or self._add(surface, spelt))[0] >> GAP_BITS

    def _number(self, surface: str) -> list[int]:
        return self._add(surface, [(surface, lower) for lower in spellings(surface)])

    def _add(self, surface: str, spelt: Sequence[Spelt]) -> list[int]:
        start = len(self.words)
        self.words += spelt
        # "not" adjoins the "did" of "didn't".
        others = (number << GAP_BITS | ADJOINS for number in range(start + 1, len(self.words)))
        tokens = self._tokens[surface] = [start << GAP_BITS, *others]
        return tokens


def _gap(between: str) -> int:
    if len(between) <= 1:
        return ADJOINS | SPACE if between.isspace() else ADJOINS
    if between.isspace():
        return SPACE
    return COMMA if between[-1].isspace() and between.rstrip().endswith(",") else 0


def read_tokens(numbers: WordNumbers, texts: Iterable[str]) -> Tokens:
    """Return the tokens of texts outside any generation; their initials are not expanded."""
    found = [(numbers.read(text), read_marks(text, text)) for text in texts]
    flat = [token for tokens, _ in found for token in tokens]
    return unpacked(
        np.array(flat, np.uint32),
        starts_of(np.array([len(tokens) for tokens, _ in found], np.int64)),
        np.array([marks for _, marks in found], np.uint8),
    )


def unpacked(
    packed: NDArray[np.uint32], starts: NDArray[np.int64], marks: NDArray[np.uint8]
) -> Tokens:
    gaps = (packed & ((1 << GAP_BITS) - 1)).astype(np.uint8)
    return Tokens((packed >> GAP_BITS).astype(np.int32), gaps, starts, marks)
