"""The words of a generation's sentences and titles on disk, with initials written out.

Answering a question therefore needs no reading of texts. Layout of `tokens/`: `words.txt` has one
word per line, as written and in normalized spelling. `sentences` and `titles` each have, by row,
`tokens.bin` (the tokens, one text after another), `starts.npy` (where each text begins) and
`marks.npy`.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.files.arrays import save_array
from index.files.byte_ranges import FileRanges
from index.files.lines import FileLines
from index.progress import Progress
from index.ranges import run_begins, starts_of
from index.stores.text_store import FileTextStore, StoredArticle, about
from index.text.initials import Initials
from index.text.marks import INITIALS, read_marks
from index.text.tokens import GAP_BITS, Spelt, Tokens, WordNumbers, unpacked

TOKENS = "tokens"
_WORDS, _OF_SENTENCES, _OF_TITLES = "words.txt", "sentences", "titles"
_TOKENS, _STARTS, _MARKS = "tokens.bin", "starts.npy", "marks.npy"
_STORED = np.dtype("<u4")  # a token
_BUFFERED = 1 << 20  # tokens


class FileTokenStore:
    """Reader of the files that `write_tokens` wrote. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.words = StoredWords(folder / TOKENS / _WORDS)
        self.sentences = TokenTable(folder / TOKENS / _OF_SENTENCES)
        self.titles = TokenTable(folder / TOKENS / _OF_TITLES)


class StoredWords:
    """Stored words by their numbers."""

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
    """Stored tokens of texts by row."""

    def __init__(self, folder: Path) -> None:
        self._tokens = FileRanges(folder / _TOKENS)
        self._starts = np.load(folder / _STARTS, mmap_mode="r").view(np.ndarray)
        self._marks = np.load(folder / _MARKS, mmap_mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._marks)

    def marks(self, rows: range) -> NDArray[np.uint8]:
        """Return the marks of consecutive rows."""
        found: NDArray[np.uint8] = self._marks[rows.start : rows.stop]
        return found

    def stored(self, rows: range) -> "StoredTokens":
        """Return the tokens of consecutive rows as they are stored."""
        starts = self._starts[rows.start : rows.stop + 1]
        first, last = (starts[[0, -1]] * _STORED.itemsize).tolist()
        packed = np.frombuffer(self._tokens.read(first, last), _STORED)
        return StoredTokens(packed, np.diff(starts), self.marks(rows))

    def read(self, rows: NDArray[np.int64]) -> Tokens:
        """Read the tokens of several rows, given in ascending order. Consecutive rows are read at
        once."""
        starts, ends = self._starts[rows], self._starts[rows + 1]
        begins = run_begins(rows - np.arange(len(rows)))
        first = starts[begins] * _STORED.itemsize
        last = ends[np.roll(begins, -1)] * _STORED.itemsize
        parts = map(self._tokens.read, first.tolist(), last.tolist())
        packed = np.frombuffer(b"".join(parts), _STORED)
        return unpacked(packed, starts_of(ends - starts), self._marks[rows])


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Packed tokens of several texts, one text after another, with the token count and the marks of
    each text."""

    tokens: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    marks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """Tokens of an earlier generation. `articles` maps article rows of the new generation to the
    old articles with the same text. `same_initials` is True if initials have the same meanings in
    both."""

    store: FileTokenStore
    articles: Mapping[int, StoredArticle]
    same_initials: bool


def write_tokens(
    staging: Path,
    texts: FileTextStore,
    initials: Initials,
    progress: Progress,
    known: KnownTokens | None = None,
) -> FileTokenStore:
    """Write the tokens of the generation that is being built. Tokens in `known` are copied instead
    of being read again."""
    folder, numbers = staging / TOKENS, WordNumbers()
    copied = _Copied(known, numbers) if known else None

    def read(text: str, table: _Writer) -> None:
        expanded = initials.expand(text)
        table.add(numbers.read(expanded), read_marks(text, expanded))

    progress.start("Reading words", texts.sentence_count)
    with _Writer(folder / _OF_SENTENCES) as sentences, _Writer(folder / _OF_TITLES) as titles:
        for article in texts.articles:
            read(about(article), titles)
            rows = range(article.first_sentence, article.end_sentence)
            for part, tokens in copied.parts(article) if copied else [(rows, None)]:
                if tokens:
                    sentences.add_stored(tokens)
                    continue
                for sentence in texts.sentences(part):
                    read(sentence.text, sentences)
            progress.advance(len(rows))
    lines = (f"{surface}\t{lower}\n" for surface, lower in numbers.words)
    with (folder / _WORDS).open("w", encoding="utf-8") as file:
        file.writelines(lines)
    return FileTokenStore(staging)


class _Copied:
    """Known tokens, with their words renumbered in order of appearance as if they had been read."""

    def __init__(self, known: KnownTokens, numbers: WordNumbers) -> None:
        self._known, self._numbers = known, numbers
        self._words = list(known.store.words)
        self._new = np.full(len(self._words), -1, np.int64)  # new number of each word, or -1

    def parts(self, article: StoredArticle) -> Iterator[tuple[range, StoredTokens | None]]:
        """Yield the article's sentences in parts, each with its tokens, or with None if it must be
        read."""
        rows = range(article.first_sentence, article.end_sentence)
        old = self._known.articles.get(article.row)
        if old is None or not rows:
            yield rows, None
            return
        marks = self._known.store.sentences.marks(range(old.first_sentence, old.end_sentence))
        changed = (marks & INITIALS > 0) & (not self._known.same_initials)
        begins = np.flatnonzero(run_begins(changed.astype(np.int64))).tolist()
        for start, end in pairwise((*begins, len(rows))):
            tokens = None if changed[start] else self._tokens(old.first_sentence, start, end)
            yield rows[start:end], tokens

    def _tokens(self, first: int, start: int, end: int) -> StoredTokens:
        stored = self._known.store.sentences.stored(range(first + start, first + end))
        words = stored.tokens >> GAP_BITS
        missing = words[self._new[words] < 0]
        for word in missing[np.sort(np.unique(missing, return_index=True)[1])].tolist():
            if self._new[word] < 0:
                self._number(word)
        gaps = stored.tokens & ((1 << GAP_BITS) - 1)
        renumbered = (self._new[words] << GAP_BITS).astype(np.uint32) | gaps
        return StoredTokens(renumbered, stored.lengths, stored.marks)

    def _number(self, word: int) -> None:
        """Number a word, together with the other words of its written form, which have adjacent
        numbers."""
        surface = self._words[word][0]
        while word and self._words[word - 1][0] == surface:
            word -= 1
        numbers = self._numbers.of(surface)
        self._new[word : word + len(numbers)] = numbers


class _Writer:
    """Writer of one token table, text by text. Starts and marks are written when the block ends
    without an error."""

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

    def add_stored(self, texts: StoredTokens) -> None:
        self._tokens.frombytes(texts.tokens.astype(np.uint32).tobytes())
        self._lengths.frombytes(texts.lengths.astype(np.int64).tobytes())
        self._marks += texts.marks.tobytes()
        if len(self._tokens) >= _BUFFERED:
            self._flush()

    def _flush(self) -> None:
        self._file.write(np.frombuffer(self._tokens, np.uint32).astype(_STORED).tobytes())
        self._tokens = array("I")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            self._flush()
        if kind is None:
            lengths = np.frombuffer(self._lengths, np.int64)
            for name, column in (
                (_STARTS, starts_of(lengths)),
                (_MARKS, np.frombuffer(self._marks, np.uint8)),
            ):
                save_array(self._folder / name, column)
