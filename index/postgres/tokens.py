"""The words of a generation on a server."""

from collections.abc import Sequence
from typing import LiteralString

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

_WORDS: LiteralString = "SELECT first, words FROM dealbot.{words} WHERE first < %s ORDER BY first"


class ServerTokens:
    """The words of sentences and of titles. The list of words is read at the opening."""

    def __init__(self, contents: Contents, texts: ServerTexts) -> None:
        self.words = _read_words(contents)
        self.sentences = SentenceTokens(contents, texts)
        self.titles = TitleTokens(contents, texts)


def _read_words(contents: Contents) -> Sequence[Spelt]:
    """Read the words of an epoch that this generation uses. Words that only closed rows have are
    among them."""
    [found] = contents.read((of_epoch(_WORDS, contents.epoch), [contents.word_count]))
    words = [spelt(line) for _, lines in found for line in lines.decode().splitlines()]
    if len(words) < contents.word_count:
        raise IndexDamagedError(
            f"{contents.server.name} lacks words of generation {contents.manifest.id}. Build it "
            f"anew with: dealbot index build --full --index {contents.server.name}"
        )
    return words[: contents.word_count]


def spelt(line: str) -> Spelt:
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
