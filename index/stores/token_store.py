"""The words of a generation's sentences and titles on disk, with initials written out.
`token_writer.py` writes them.

Answering a question therefore needs no reading of texts. Layout of `tokens/`: `words.txt` has one
word per line, as written and in normalized spelling. `sentences` and `titles` each have, by row,
`tokens.bin` (the tokens, one text after another), `starts.npy` (where each text begins) and
`marks.npy`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.files.byte_ranges import FileRanges
from index.files.lines import FileLines
from index.ranges import run_begins, starts_of
from index.text.tokens import Spelt, Tokens, unpacked

TOKENS = "tokens"
WORDS, OF_SENTENCES, OF_TITLES = "words.txt", "sentences", "titles"
PACKED, STARTS, MARKS = "tokens.bin", "starts.npy", "marks.npy"
STORED = np.dtype("<u4")  # a token


class FileTokenStore:
    """Reader of the files that `write_tokens` wrote. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.words = StoredWords(folder / TOKENS / WORDS)
        self.sentences = TokenTable(folder / TOKENS / OF_SENTENCES)
        self.titles = TokenTable(folder / TOKENS / OF_TITLES)


class StoredWords:
    """Stored words by their numbers."""

    def __init__(self, path: Path) -> None:
        self._lines = FileLines(path)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> Spelt:
        return _spelt(self._lines[number])

    def __iter__(self) -> Iterator[Spelt]:
        return map(_spelt, self._lines)


def _spelt(line: bytes) -> Spelt:
    surface, _, lower = line.decode().partition("\t")
    return surface, lower


class TokenTable:
    """Stored tokens of texts by row."""

    def __init__(self, folder: Path) -> None:
        self._tokens = FileRanges(folder / PACKED)
        self._starts = np.load(folder / STARTS, mmap_mode="r").view(np.ndarray)
        self._marks = np.load(folder / MARKS, mmap_mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._marks)

    def marks(self, rows: range) -> NDArray[np.uint8]:
        """Return the marks of consecutive rows."""
        found: NDArray[np.uint8] = self._marks[rows.start : rows.stop]
        return found

    def stored(self, rows: range) -> "StoredTokens":
        """Return the tokens of consecutive rows as they are stored."""
        starts = self._starts[rows.start : rows.stop + 1]
        first, last = (starts[[0, -1]] * STORED.itemsize).tolist()
        packed = np.frombuffer(self._tokens.read(first, last), STORED)
        return StoredTokens(packed, np.diff(starts), self.marks(rows))

    def read(self, rows: NDArray[np.int64]) -> Tokens:
        """Read the tokens of several rows, given in ascending order. Consecutive rows are read at
        once."""
        starts, ends = self._starts[rows], self._starts[rows + 1]
        begins = run_begins(rows - np.arange(len(rows)))
        first = starts[begins] * STORED.itemsize
        last = ends[np.roll(begins, -1)] * STORED.itemsize
        parts = map(self._tokens.read, first.tolist(), last.tolist())
        packed = np.frombuffer(b"".join(parts), STORED)
        return unpacked(packed, starts_of(ends - starts), self._marks[rows])


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Packed tokens of several texts, one text after another, with the token count and the marks of
    each text."""

    tokens: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    marks: NDArray[np.uint8]
