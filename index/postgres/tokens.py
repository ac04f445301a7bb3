"""The words of a generation on a server."""

from collections.abc import Iterator
from typing import LiteralString, Self

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.postgres.catalogue import Contents
from index.postgres.records import ArticleRecord
from index.postgres.schema import of_epoch
from index.postgres.texts import ServerTexts
from index.ranges import starts_of
from index.stores.dense import Rows
from index.text.tokens import Spelt, Tokens, unpacked

WORDS: LiteralString = "SELECT words FROM dealbot.{words} WHERE first < %s ORDER BY first"


class ServerTokens:
    """The words of sentences and of titles. The list of words is read at the opening."""

    def __init__(self, contents: Contents, texts: ServerTexts) -> None:
        self.words = ServerWords.read(contents)
        self.sentences = SentenceTokens(contents, texts)
        self.titles = TitleTokens(contents, texts)


class ServerWords:
    """The words of an epoch that a generation uses, as bytes: a list of strings would take ten
    times the memory. Words that only closed rows have are among them."""

    def __init__(self, lines: bytes) -> None:
        self._lines = lines
        ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n")) + 1
        self._starts = np.concatenate([[0], ends]).astype(np.uint32)

    @classmethod
    def read(cls, contents: Contents) -> Self:
        """Read the list of words. Raises IndexDamagedError if words are missing."""
        [found] = contents.read((of_epoch(WORDS, contents.epoch), [contents.word_count]))
        words = cls(b"".join(lines for [lines] in found))
        if len(words) < contents.word_count:
            raise IndexDamagedError(
                f"{contents.server.name} lacks words of generation {contents.manifest.id}. Build "
                f"it anew with: dealbot index build --full --index {contents.server.name}"
            )
        return words

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> Spelt:
        start, end = self._starts[number : number + 2].tolist()
        return spelt(self._lines[start : end - 1].decode())

    def __iter__(self) -> Iterator[Spelt]:
        return map(self.__getitem__, range(len(self)))


def spelt(line: str) -> Spelt:
    """Return the word that a line of the list has."""
    surface, _, lower = line.partition("\t")
    return surface, lower


class SentenceTokens:
    """Tokens of sentences by row."""

    def __init__(self, contents: Contents, texts: ServerTexts) -> None:
        self._contents, self._texts = contents, texts

    def __len__(self) -> int:
        return len(self._contents.sentences)

    def read(self, rows: Rows) -> Tokens:
        articles = self._contents.sentences.articles_of(rows).tolist()
        records = self._texts.records(articles)
        return _joined(
            [
                _of_sentence(records[article], row - records[article].place.first_sentence)
                for row, article in zip(rows.tolist(), articles, strict=True)
            ]
        )


class TitleTokens:
    """Tokens of titles by article row."""

    def __init__(self, contents: Contents, texts: ServerTexts) -> None:
        self._contents, self._texts = contents, texts

    def __len__(self) -> int:
        return len(self._contents.articles)

    def read(self, rows: Rows) -> Tokens:
        records = self._texts.records(rows)
        found = [records[row] for row in rows.tolist()]
        return _joined([(each.title, each.title_marks) for each in found])


def _of_sentence(record: ArticleRecord, number: int) -> tuple[NDArray[np.uint32], int]:
    start, end = record.token_starts[number : number + 2].tolist()
    return record.tokens[start:end], int(record.marks[number])


def _joined(texts: list[tuple[NDArray[np.uint32], int]]) -> Tokens:
    lengths = np.array([len(tokens) for tokens, _ in texts], np.int64)
    packed = np.concatenate([np.zeros(0, np.uint32), *(tokens for tokens, _ in texts)])
    return unpacked(packed, starts_of(lengths), np.array([marks for _, marks in texts], np.uint8))
