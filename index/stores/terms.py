"""Stemmed terms for lexical search, and the term lists of many texts on disk."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.text.words import FUNCTION_WORDS, read_surfaces, spellings

Numbers = NDArray[np.int32]

_KEPT_WORDS = 10_000


class Analyzer:
    """Converter of text into stemmed terms without function words. Use one instance per thread: the
    stemmer keeps state."""

    def __init__(self) -> None:
        self._stem = Stemmer.Stemmer("english").stemWord
        self._terms_of = lru_cache(_KEPT_WORDS)(lambda word: tuple(map(self._stem, _telling(word))))

    def words(self, text: str) -> list[str]:
        """List the words and numbers in order, unstemmed, without function words."""
        return [word for surface in read_surfaces(text) for word in _telling(surface)]

    def terms(self, text: str) -> list[str]:
        """List the stems of `words(text)`."""
        return [term for surface in read_surfaces(text) for term in self._terms_of(surface)]

    def term(self, word: str) -> str | None:
        """Return the stem of a word in normalized spelling; None for a function word."""
        return None if word in FUNCTION_WORDS else self._stem(word)


def _telling(surface: str) -> Iterator[str]:
    return (word for word in spellings(surface) if word not in FUNCTION_WORDS)


@dataclass(frozen=True, slots=True)
class TermLists:
    """The terms of texts as numbers. `flat` has the terms of all texts, one text after another.
    `lengths` has the number of terms per text, at least 1. `numbers` maps each term to its
    number."""

    numbers: dict[str, int]
    flat: Numbers
    lengths: Numbers


class TermListsWriter:
    """File writer for the terms of texts that are added in parts. Use as a context manager, and
    call `lists` inside the block: leaving it removes the file."""

    def __init__(self, path: Path, numbers: dict[str, int]) -> None:
        self._path, self._file = path, path.open("wb")
        self._numbers, self._lengths = numbers, array("i")

    def add(self, flat: Numbers, lengths: NDArray[np.int64]) -> None:
        """Append the terms of more texts, in the form of TermLists."""
        self._file.write(flat.astype(np.int32).tobytes())
        self._lengths.frombytes(lengths.astype(np.int32).tobytes())

    def lists(self) -> TermLists:
        self._file.flush()
        flat = np.memmap(self._path, np.int32, "r") if self._lengths else np.zeros(0, np.int32)
        return TermLists(self._numbers, flat, np.array(self._lengths, np.int32))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def parts_of(lists: TermLists, most: int) -> Iterable[tuple[int, Numbers, Numbers]]:
    """Yield the lists in parts of about `most` terms: the first text, the terms and the lengths of
    each part."""
    ends = np.cumsum(lists.lengths, dtype=np.int64)
    first = 0
    while first < len(ends):
        begin = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, begin + most, side="right")))
        yield first, lists.flat[begin : int(ends[last - 1])], lists.lengths[first:last]
        first = last
