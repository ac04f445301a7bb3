"""The words of a generation's sentences and titles on disk, with initials written out.

So nothing has to be read of a text when a question is asked. Layout, in `tokens/`: `words.txt` has
each word as written and in its one spelling, a line a word; `sentences` and `titles` have by row
`tokens.bin`, the tokens one text after the other, `starts.npy`, where each begins, and `marks.npy`.
"""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.disk_arrays import save_array
from index.file_lines import FileLines
from index.file_ranges import FileRanges
from index.initials import Initials
from index.marks import read_marks
from index.progress import Progress
from index.ranges import run_begins, starts_of
from index.text_store import TextStore, about
from index.tokens import Spelt, Tokens, WordNumbers, unpacked

TOKENS = "tokens"
_WORDS, _OF_SENTENCES, _OF_TITLES = "words.txt", "sentences", "titles"
_TOKENS, _STARTS, _MARKS = "tokens.bin", "starts.npy", "marks.npy"
_STORED = np.dtype("<u4")  # a token
_BUFFERED = 1 << 20  # tokens


class TokenStore:
    """Reads what `write_tokens` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.words = StoredWords(folder / TOKENS / _WORDS)
        self.sentences = TokenTable(folder / TOKENS / _OF_SENTENCES)
        self.titles = TokenTable(folder / TOKENS / _OF_TITLES)


class StoredWords:
    """The words by their numbers."""

    def __init__(self, path: Path) -> None:
        self._lines = FileLines(path)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> Spelt:
        surface, _, lower = self._lines[number].decode().partition("\t")
        return surface, lower

    def __iter__(self) -> Iterator[Spelt]:
        return map(self.__getitem__, range(len(self)))


class TokenTable:
    """The tokens of texts by row."""

    def __init__(self, folder: Path) -> None:
        self._tokens = FileRanges(folder / _TOKENS)
        self._starts = np.load(folder / _STARTS, mmap_mode="r").view(np.ndarray)
        self._marks = np.load(folder / _MARKS, mmap_mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._marks)

    def read(self, rows: NDArray[np.int64]) -> Tokens:
        """Of some rows, ascending: those that stand side by side are read at once."""
        starts, ends = self._starts[rows], self._starts[rows + 1]
        begins = run_begins(rows - np.arange(len(rows)))
        first = starts[begins] * _STORED.itemsize
        last = ends[np.roll(begins, -1)] * _STORED.itemsize
        parts = map(self._tokens.read, first.tolist(), last.tolist())
        packed = np.frombuffer(b"".join(parts), _STORED)
        return unpacked(packed, starts_of(ends - starts), self._marks[rows])


def write_tokens(
    staging: Path, texts: TextStore, initials: Initials, progress: Progress
) -> TokenStore:
    """Of the generation that is being built."""
    folder, numbers = staging / TOKENS, WordNumbers()
    progress.start("Reading words", texts.sentence_count)
    with _Writer(folder / _OF_SENTENCES) as sentences, _Writer(folder / _OF_TITLES) as titles:
        for article in texts.articles:
            rows = range(article.first_sentence, article.end_sentence)
            told = [sentence.text for sentence in texts.sentences(rows)]
            for table, written in ((titles, [about(article)]), (sentences, told)):
                for text in written:
                    expanded = initials.expand(text)
                    table.add(numbers.read(expanded), read_marks(text, expanded))
            progress.advance(len(rows))
    lines = (f"{surface}\t{lower}\n" for surface, lower in numbers.words)
    with (folder / _WORDS).open("w", encoding="utf-8") as file:
        file.writelines(lines)
    return TokenStore(staging)


class _Writer:
    """Writes a table text by text; what stands beside the tokens when the block is left without an
    error."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder, self._file = folder, (folder / _TOKENS).open("wb")
        self._tokens, self._lengths, self._marks = array("I"), array("q"), bytearray()

    def add(self, tokens: Sequence[int], marks: int) -> None:
        self._tokens.extend(tokens)
        self._lengths.append(len(tokens))
        self._marks.append(marks)
        if len(self._tokens) >= _BUFFERED:
            self._flush()

    def _flush(self) -> None:
        self._file.write(np.frombuffer(self._tokens, np.uint32).astype(_STORED).tobytes())
        self._tokens = array("I")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        with self._file:
            self._flush()
        if kind is None:
            lengths = np.frombuffer(self._lengths, np.int64)
            for name, column in (
                (_STARTS, starts_of(lengths)),
                (_MARKS, np.frombuffer(self._marks, np.uint8)),
            ):
                save_array(self._folder / name, column)
