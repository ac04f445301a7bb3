"""The texts of a generation on a server, fetched by the article and kept."""

from collections.abc import Sequence
from typing import LiteralString

import numpy as np

from index.models import Block, BlockKind
from index.postgres.articles import ServerArticles, fetched, place_of
from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.records import COLUMNS, ArticleRecord
from index.postgres.vector_cache import VectorRows
from index.stores.dense import Rows
from index.stores.text_store import (
    BLOCK_KINDS,
    Layout,
    StoredArticle,
    StoredPassage,
    StoredSentence,
    block_in,
    blocks_in,
)
from index.stores.times import ArticleTimes

_KEPT_BYTES = 12_000_000  # of the records of articles
_RECORD = (*COLUMNS, "title_marks", "sentence_count", "text_bytes", "block_count")
_SELECT_RECORD: LiteralString = (
    "SELECT number, meta, text, sentences, passages, kinds, blocks, tokens, token_counts, marks, "
    "title_tokens, title_marks, sentence_count, length(text) AS text_bytes, "
    "(length(blocks) / 32)::bigint AS block_count FROM dealbot.{articles} WHERE number = ANY(%s)"
)


class ServerTexts:
    """Texts of a generation. Thread-safe. A question fetches the articles of its candidates in one
    request; what is read of them afterwards is in memory."""

    def __init__(self, contents: Contents, rows: VectorRows) -> None:
        self._contents, self._rows = contents, rows
        self.articles = ServerArticles(contents)
        self._records = RowCache(_KEPT_BYTES, self._fetch_records, _size)

    @property
    def times(self) -> ArticleTimes:
        return self._contents.times

    @property
    def sentence_count(self) -> int:
        return len(self._contents.sentences)

    @property
    def passage_count(self) -> int:
        return len(self._contents.passages)

    def records(self, articles: Sequence[int] | Rows) -> dict[int, ArticleRecord]:
        """Return the records of these article rows, fetched at once."""
        return self._records.of(int(row) for row in articles)

    def find_article(self, article_id: str) -> StoredArticle | None:
        return self.articles.find(article_id)

    def versions(self, newest_id: str) -> list[StoredArticle]:
        return self.articles.versions(newest_id)

    def article_text(self, article: StoredArticle) -> str:
        return self._record(article.row).text

    def layout(self, article: StoredArticle) -> Layout:
        return self._record(article.row).layout

    def spans(self, article: StoredArticle) -> Rows:
        return self.layout(article).sentences[:, :2]

    def blocks(self, article: StoredArticle) -> list[Block]:
        return blocks_in(self.layout(article).blocks)

    def block_at(self, article: StoredArticle, start: int) -> Block | None:
        return block_in(self.layout(article).blocks, start)

    def page_at(self, article: StoredArticle, start: int) -> int | None:
        block = self.block_at(article, start)
        return (block.page or None) if block else None

    def sentence(self, row: int) -> StoredSentence:
        return self.sentences([row])[0]

    def sentences(self, rows: Sequence[int] | range | Rows) -> list[StoredSentence]:
        numbers = self._inside(rows)
        articles = self.articles_of(numbers).tolist()
        records = self.records(articles)
        pairs = zip(numbers.tolist(), articles, strict=True)
        return [_sentence(records[article], row) for row, article in pairs]

    def kinds(self, rows: Sequence[int] | Rows) -> list[BlockKind]:
        numbers = self._inside(rows)
        articles = self.articles_of(numbers).tolist()
        records = self.records(articles)
        return [
            BLOCK_KINDS[records[article].layout.kinds[row - records[article].place.first_sentence]]
            for row, article in zip(numbers.tolist(), articles, strict=True)
        ]

    def passage(self, row: int) -> StoredPassage:
        record = self._record(int(self._contents.passages.articles_of(np.array([row]))[0]))
        place, layout = record.place, record.layout
        first, end = layout.passages[row - place.first_passage].tolist()
        start, byte_start = layout.sentences[first, [0, 2]].tolist()
        stop, byte_end = layout.sentences[end - 1, [1, 3]].tolist()
        return StoredPassage(
            row,
            record.article,
            start,
            stop,
            record.data[byte_start:byte_end].decode(),
            place.first_sentence + first,
            place.first_sentence + end,
        )

    def articles_of(self, rows: Rows) -> Rows:
        return self._contents.sentences.articles_of(rows)

    def passages_of(self, rows: Rows) -> Rows:
        return self._rows.passages(rows)

    def bounds_of(self, passages: Rows) -> tuple[Rows, Rows]:
        articles = self._contents.passages.articles_of(passages).tolist()
        records = self.records(articles)
        bounds = np.array(
            [
                records[article].layout.passages[row - records[article].place.first_passage]
                + records[article].place.first_sentence
                for row, article in zip(passages.tolist(), articles, strict=True)
            ],
            np.int64,
        ).reshape(-1, 2)
        return bounds[:, 0], bounds[:, 1]

    def _record(self, article: int) -> ArticleRecord:
        return self.records([article])[article]

    def _inside(self, rows: Sequence[int] | range | Rows) -> Rows:
        """Return the rows as an array; a negative one counts from the end, as in a file."""
        numbers = np.asarray(rows, np.int64)
        numbers = np.where(numbers < 0, numbers + self.sentence_count, numbers)
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < self.sentence_count:
            raise IndexError("a sentence row is outside the generation")
        return numbers

    def _fetch_records(self, rows: list[int]) -> dict[int, ArticleRecord]:
        of = self._contents
        return {
            row: ArticleRecord.of(
                place_of(of, row), dict(zip(_RECORD, values, strict=True)), of.server.name
            )
            for row, values in fetched(of, _SELECT_RECORD, rows)
        }


def _size(record: ArticleRecord) -> int:
    """Estimate the bytes that a record takes."""
    layout = record.layout
    arrays = (layout.sentences, layout.passages, layout.blocks, record.tokens, record.token_starts)
    return 2000 + len(record.data) + sum(each.nbytes for each in arrays)


def _sentence(record: ArticleRecord, row: int) -> StoredSentence:
    start, end, byte_start, byte_end, passage = record.layout.sentences[
        row - record.place.first_sentence
    ].tolist()
    text = record.data[byte_start:byte_end].decode()
    return StoredSentence(
        row, record.article, start, end, text, record.place.first_passage + passage
    )
