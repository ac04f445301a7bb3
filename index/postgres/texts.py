"""The texts of a generation on a server, fetched by the article and kept."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString, overload

import numpy as np

from index.models import Block, BlockKind
from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.records import COLUMNS, ArticleRecord, Place, stored_article
from index.postgres.schema import of_epoch
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
_KEPT_ARTICLES, _KEPT_IDS = 4096, 4096
_PAGE = 1000  # articles whose metadata is fetched at once when all are listed
_META = ("meta", "sentence_count", "text_bytes", "block_count")
_SELECT_META: LiteralString = (
    "SELECT number, meta, sentence_count, length(text) AS text_bytes, "
    "(length(blocks) / 32)::bigint AS block_count FROM dealbot.{articles} WHERE number = ANY(%s)"
)
_RECORD = (*COLUMNS, "title_marks", *_META[1:])
_SELECT_RECORD: LiteralString = (
    "SELECT number, meta, text, sentences, passages, kinds, blocks, tokens, token_counts, marks, "
    "title_tokens, title_marks, sentence_count, length(text) AS text_bytes, "
    "(length(blocks) / 32)::bigint AS block_count FROM dealbot.{articles} WHERE number = ANY(%s)"
)
_BY_ID: LiteralString = (
    "SELECT number FROM dealbot.{articles} WHERE id = %s "
    "AND from_generation <= %s AND %s < to_generation"
)
_EARLIER: LiteralString = (
    "SELECT number FROM dealbot.{articles} WHERE version_of = %s AND version_of <> ''::bytea "
    "AND from_generation <= %s AND %s < to_generation"
)


class ServerTexts:
    """Texts of a generation. Thread-safe. A question fetches the articles of its candidates in one
    request; what is read of them afterwards is in memory."""

    def __init__(self, contents: Contents, rows: VectorRows) -> None:
        self._contents, self._rows = contents, rows
        self.articles: Sequence[StoredArticle] = _Articles(self)
        self._records = RowCache(_KEPT_BYTES, self._fetch_records, _size)
        self._metas = RowCache(_KEPT_ARTICLES, self._fetch_metas)
        self._ids: RowCache[str, int] = RowCache(_KEPT_IDS, self._fetch_ids)
        self._earlier: RowCache[str, tuple[int, ...]] = RowCache(_KEPT_IDS, self._fetch_earlier)
        self._lock = threading.Lock()

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

    def metadata(self, rows: Sequence[int] | range) -> list[StoredArticle]:
        """Return the metadata of these articles, without their texts."""
        found = self._metas.of(rows)
        return [found[row] for row in rows]

    def find_article(self, article_id: str) -> StoredArticle | None:
        row = self._ids.of([article_id])[article_id]
        return None if row < 0 else self.articles[row]

    def versions(self, newest_id: str) -> list[StoredArticle]:
        newest = self.find_article(newest_id)
        rows = self._earlier.of([newest_id])[newest_id] if self._contents.manifest.versions else ()
        found = [*self.metadata(rows), *([newest] if newest else [])]
        return sorted(found, key=lambda article: article.version)

    def article_text(self, article: StoredArticle) -> str:
        return self._record(article.row).text

    def layout(self, article: StoredArticle) -> Layout:
        return self._record(article.row).layout

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

    def _place(self, row: int) -> Place:
        of = self._contents
        return Place(row, of.sentences.first_row(row), of.passages.first_row(row))

    def _fetch_records(self, rows: list[int]) -> dict[int, ArticleRecord]:
        name = self._contents.server.name
        return {
            row: ArticleRecord.of(self._place(row), dict(zip(_RECORD, values, strict=True)), name)
            for row, values in self._fetched(_SELECT_RECORD, rows)
        }

    def _fetch_metas(self, rows: list[int]) -> dict[int, StoredArticle]:
        return {
            row: stored_article(self._place(row), dict(zip(_META, values, strict=True)))
            for row, values in self._fetched(_SELECT_META, rows)
        }

    def _fetched(
        self, statement: LiteralString, rows: list[int]
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        of = self._contents
        numbers = of.articles[rows].tolist()
        [found] = of.read((of_epoch(statement, of.epoch), [numbers]))
        of.check_all(found, len(rows))
        row_of = dict(zip(numbers, rows, strict=True))
        yield from ((row_of[number], values) for number, *values in found)  # type: ignore[misc]

    def _fetch_ids(self, ids: list[str]) -> dict[str, int]:
        of, found = self._contents, {}
        statement = of_epoch(_BY_ID, of.epoch)
        answers = of.read(*((statement, [each.encode(), of.number, of.number]) for each in ids))
        for each, rows in zip(ids, answers, strict=True):
            found[each] = of.article_rows(rows)[0] if rows else -1
        return found

    def _fetch_earlier(self, ids: list[str]) -> dict[str, tuple[int, ...]]:
        of = self._contents
        statement = of_epoch(_EARLIER, of.epoch)
        answers = of.read(*((statement, [each.encode(), of.number, of.number]) for each in ids))
        return {each: tuple(of.article_rows(rows)) for each, rows in zip(ids, answers, strict=True)}


def _size(record: ArticleRecord) -> int:
    """Return about the bytes that a record takes."""
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


class _Articles(Sequence[StoredArticle]):
    """Metadata of all articles. Listing them fetches many at once."""

    def __init__(self, texts: ServerTexts) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts.times.since)

    @overload
    def __getitem__(self, row: int) -> StoredArticle: ...
    @overload
    def __getitem__(self, row: slice) -> list[StoredArticle]: ...
    def __getitem__(self, row: int | slice) -> StoredArticle | list[StoredArticle]:
        if isinstance(row, slice):
            return self._texts.metadata(range(len(self))[row])
        return self._texts.metadata([range(len(self))[row]])[0]

    def __iter__(self) -> Iterator[StoredArticle]:
        for start in range(0, len(self), _PAGE):
            yield from self[start : start + _PAGE]
