"""The texts of a generation on disk: articles, sentences and passages by row number.

Layout: `texts.bin` holds the articles' texts as UTF-8, one after another. `articles.jsonl` holds
their metadata, one article per line. `sentences.npy`, `passages.npy` and `blocks.npy` are
memory-mapped int64 tables, `kinds.npy` has the kind of each sentence, and `times.npy` the times of
each article. Opening them takes the same
time for a thousand sentences and for a million.
"""

import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.files.arrays import save_array
from index.files.byte_ranges import FileRanges
from index.files.lines import FileLines
from index.models import Article, Block, BlockKind, Span
from index.stores.times import TIMES, ArticleTimes, times_of
from index.text.words import dates_in_words

TEXTS, ARTICLES = "texts.bin", "articles.jsonl"
SENTENCES, PASSAGES = "sentences.npy", "passages.npy"
KINDS, BLOCKS = "kinds.npy", "blocks.npy"
_SENTENCE_COLUMNS, _PASSAGE_COLUMNS, _BLOCK_COLUMNS = 6, 3, 4
BLOCK_KINDS = tuple(BlockKind)  # a kind is stored as its place in this list
_KEPT_ARTICLES = 4096  # parsed articles in the cache


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """Metadata of an article, without its text. `sha256` is the checksum of the text in UTF-8.
    `byte_start..byte_end` is its range in texts.bin, `first_sentence..end_sentence` its sentence
    rows and `first_block..end_block` its block rows, all half-open. `given_blocks` identifies the
    blocks that the reader gave; "" if the lines of the text showed them. `seen`, `replaced`,
    `version`, `version_of` and `editions` are those of `Article`."""

    row: int
    id: str
    title: str
    source: str
    url: str
    published: str
    sha256: str
    byte_start: int
    byte_end: int
    first_sentence: int
    end_sentence: int
    first_block: int = 0
    end_block: int = 0
    given_blocks: str = ""
    seen: str = ""
    replaced: str = ""
    version: int = 1
    version_of: str = ""
    editions: int = 0

    @property
    def sentences(self) -> range:
        """The article's sentence rows."""
        return range(self.first_sentence, self.end_sentence)

    @property
    def holds(self) -> bool:
        """Return whether the text is the newest version and was not withdrawn."""
        return not (self.version_of or self.replaced)

    @property
    def newest_id(self) -> str:
        """The id that all versions of the article share."""
        return self.version_of or self.id


_DEFAULTS = {each.name: each.default for each in fields(StoredArticle)}


def _columns(article: StoredArticle) -> dict[str, str | int]:
    """Map field names to the values that are not the default. dataclasses.asdict copies each value,
    which takes longer than writing them."""
    values = {name: getattr(article, name) for name in _DEFAULTS}
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def about(article: StoredArticle) -> str:
    """Return the article's title and its date in words. They give the topic and the date of a
    sentence that itself says only "the deal" and "on Monday"."""
    return f"{article.title}\n{dates_in_words(article.published)}"


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence: `text == article_text[start:end]`, offsets in code points."""

    row: int
    article: StoredArticle
    start: int
    end: int
    text: str
    passage: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A run of sentences `first_sentence..end_sentence` (half-open) of one article."""

    row: int
    article: StoredArticle
    start: int
    end: int
    text: str
    first_sentence: int
    end_sentence: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the sentences, passages and blocks of one article. A row of `sentences` has the
    start and end in code points, the start and end in bytes, and the passage. A row of `passages`
    has the first sentence and the one after the last. `kinds` has the kind of each sentence. A row
    of `blocks` has the kind, the start and end in code points, and the page."""

    sentences: NDArray[np.int64]
    passages: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    blocks: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        text: str,
        sentences: Sequence[Span],
        passages: Sequence[range],
        kinds: Sequence[BlockKind] = (),
        blocks: Sequence[Block] = (),
    ) -> Self:
        """Compute the layout; `passages` are ranges of positions in `sentences`. Without `kinds`,
        every sentence is of a paragraph."""
        rows, byte, position = array("q"), 0, 0
        for number, passage in enumerate(passages):
            for span in sentences[passage.start : passage.stop]:
                start = byte + len(text[position : span.start].encode())
                byte, position = start + len(text[span.start : span.end].encode()), span.end
                rows.extend((span.start, span.end, start, byte, number))
        bounds = array("q", (bound for each in passages for bound in (each.start, each.stop)))
        return cls(
            np.frombuffer(rows, np.int64).reshape(-1, 5),
            np.frombuffer(bounds, np.int64).reshape(-1, 2),
            np.array([BLOCK_KINDS.index(kind) for kind in kinds], np.uint8)
            if kinds
            else np.zeros(len(sentences), np.uint8),
            np.array(
                [
                    (BLOCK_KINDS.index(each.kind), each.start, each.end, each.page)
                    for each in blocks
                ],
                np.int64,
            ).reshape(-1, _BLOCK_COLUMNS),
        )


def blocks_digest(blocks: Sequence[Block]) -> str:
    """Return an identifier of the blocks that a reader gave; "" for none."""
    return hashlib.sha256(repr(blocks).encode()).hexdigest()[:16] if blocks else ""


def text_digest(data: bytes) -> str:
    """Return the sha256 in hex of an article's text, given in UTF-8; it identifies the text."""
    return hashlib.sha256(data).hexdigest()


class TextStoreWriter:
    """Writer of the store, one article at a time. Use as a context manager: the tables are written
    when the block ends without an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts = (folder / TEXTS).open("wb")
        self._articles = (folder / ARTICLES).open("w", encoding="utf-8")
        # Tables, row by row.
        self._sentences, self._passages, self._blocks = array("q"), array("q"), array("q")
        self._kinds = array("B")
        self._times = array("q")
        self.articles = self.versions = 0  # all articles; earlier versions among them

    def add(self, article: Article, layout: Layout) -> None:
        data = article.text.encode()
        byte_start, first = self._texts.tell(), self.sentences
        first_block = len(self._blocks) // _BLOCK_COLUMNS
        self._texts.write(data)
        self._add_rows(layout, first, byte_start)
        stored = StoredArticle(
            row=self.articles,
            id=article.id,
            title=article.title,
            source=article.source,
            url=article.url,
            published=article.published,
            sha256=text_digest(data),
            byte_start=byte_start,
            byte_end=byte_start + len(data),
            first_sentence=first,
            end_sentence=self.sentences,
            first_block=first_block,
            end_block=len(self._blocks) // _BLOCK_COLUMNS,
            given_blocks=blocks_digest(article.blocks),
            seen=article.seen,
            replaced=article.replaced,
            version=article.version,
            version_of=article.version_of,
            editions=article.editions,
        )
        self._times.extend(times_of(article))
        self._articles.write(json.dumps(_columns(stored), ensure_ascii=False) + "\n")
        self.articles += 1
        self.versions += bool(article.version_of)

    @property
    def sentences(self) -> int:
        return len(self._sentences) // _SENTENCE_COLUMNS

    def _add_rows(self, layout: Layout, first: int, byte_start: int) -> None:
        passage = len(self._passages) // _PASSAGE_COLUMNS
        for table, rows, before in (
            (self._sentences, layout.sentences, (0, 0, byte_start, byte_start, passage)),
            (self._passages, layout.passages, (first, first)),
        ):
            added = np.empty((len(rows), rows.shape[1] + 1), np.int64)  # np.insert takes longer
            added[:, 0] = self.articles
            np.add(rows, before, out=added[:, 1:])
            table.frombytes(added.tobytes())
        self._kinds.frombytes(layout.kinds.tobytes())
        self._blocks.frombytes(layout.blocks.tobytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._texts.close()
        self._articles.close()
        if kind is None:
            _save_table(self._folder / SENTENCES, self._sentences, _SENTENCE_COLUMNS)
            _save_table(self._folder / PASSAGES, self._passages, _PASSAGE_COLUMNS)
            _save_table(self._folder / BLOCKS, self._blocks, _BLOCK_COLUMNS)
            _save_table(self._folder / TIMES, self._times, 3)
            save_array(self._folder / KINDS, np.frombuffer(self._kinds, np.uint8))


def _save_table(path: Path, numbers: "array[int]", columns: int) -> None:
    save_array(path, np.frombuffer(numbers, np.int64).reshape(-1, columns))


def blocks_in(table: NDArray[np.int64]) -> list[Block]:
    """Return the blocks of an article, given its rows of `Layout.blocks`."""
    return [Block(BLOCK_KINDS[kind], start, end, page) for kind, start, end, page in table.tolist()]


def block_in(table: NDArray[np.int64], start: int) -> Block | None:
    """Return the block of an article that contains a code point, given its rows of
    `Layout.blocks`."""
    row = int(np.searchsorted(table[:, 1], start, side="right")) - 1
    if row < 0 or start >= table[row, 2]:
        return None
    return blocks_in(table[row : row + 1])[0]


class FileTextStore:
    """Reader of the files that TextStoreWriter wrote. Thread-safe. Indexes of schemas before 5 have
    no blocks, those before 6 no times; everything else can be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.articles: Sequence[StoredArticle] = _Articles(folder / ARTICLES)
        self._sentences = _mapped(folder / SENTENCES, _SENTENCE_COLUMNS)
        self._passages = _mapped(folder / PASSAGES, _PASSAGE_COLUMNS)
        self._texts = FileRanges(folder / TEXTS)

    @property
    def sentence_count(self) -> int:
        return len(self._sentences)

    @property
    def passage_count(self) -> int:
        return len(self._passages)

    @cached_property
    def _kinds(self) -> NDArray[np.uint8]:
        kinds: NDArray[np.uint8] = np.load(
            self._folder / KINDS, mmap_mode="r", allow_pickle=False
        ).view(np.ndarray)
        if kinds.dtype != np.uint8 or kinds.shape != (self.sentence_count,):
            raise ValueError(f"{KINDS} does not have one kind per sentence")
        return kinds

    @cached_property
    def _blocks(self) -> NDArray[np.int64]:
        return _mapped(self._folder / BLOCKS, _BLOCK_COLUMNS)

    @cached_property
    def times(self) -> ArticleTimes:
        """Times of the articles, by article row."""
        return ArticleTimes.load(self._folder / TIMES)

    def check_tables(self) -> None:
        """Open the tables of kinds, blocks and times. Raises ValueError if they do not fit the
        others."""
        if len(self.times.since) != len(self.articles):
            raise ValueError(f"{TIMES} does not have one row per article")
        if len(self._kinds) and self._kinds.max() >= len(BLOCK_KINDS):
            raise ValueError(f"{KINDS} has an unknown kind")
        if len(self._blocks) and self._blocks[:, 0].max() >= len(BLOCK_KINDS):
            raise ValueError(f"{BLOCKS} has an unknown kind")

    def kinds(self, rows: Sequence[int] | NDArray[np.int64]) -> list[BlockKind]:
        """Return the kind of each sentence row."""
        return [BLOCK_KINDS[kind] for kind in self._kinds[np.asarray(rows, np.int64)].tolist()]

    def blocks(self, article: StoredArticle) -> list[Block]:
        """Return the blocks of an article, in order."""
        return blocks_in(self._blocks[article.first_block : article.end_block])

    def block_at(self, article: StoredArticle, start: int) -> Block | None:
        """Return the block that contains this code point of the article's text."""
        return block_in(self._blocks[article.first_block : article.end_block], start)

    def page_at(self, article: StoredArticle, start: int) -> int | None:
        """Return the page that has this code point; None if the article has no pages."""
        block = self.block_at(article, start)
        return (block.page or None) if block else None

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {article.id: article.row for article in self.articles}

    def find_article(self, article_id: str) -> StoredArticle | None:
        row = self._rows_by_id.get(article_id)
        return None if row is None else self.articles[row]

    @cached_property
    def _earlier_rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for article in self.articles:
            if article.version_of:
                rows.setdefault(article.version_of, []).append(article.row)
        return rows

    def versions(self, newest_id: str) -> list[StoredArticle]:
        """Return the versions of an article, oldest first; none if there is no such article."""
        newest = self.find_article(newest_id)
        earlier = [self.articles[row] for row in self._earlier_rows.get(newest_id, ())]
        found = [*earlier, *([newest] if newest else [])]
        return sorted(found, key=lambda article: article.version)

    def layout(self, article: StoredArticle) -> Layout:
        """Return the layout of an article as it was added."""
        rows = self._sentences[article.first_sentence : article.end_sentence, 1:]
        kinds = self._kinds[article.first_sentence : article.end_sentence]
        blocks = self._blocks[article.first_block : article.end_block]
        if not len(rows):
            return Layout(rows, np.empty((0, 2), np.int64), kinds, blocks)
        passage, last = rows[[0, -1], 4].tolist()
        return Layout(
            rows - (0, 0, article.byte_start, article.byte_start, passage),
            self._passages[passage : last + 1, 1:] - article.first_sentence,
            kinds,
            blocks,
        )

    def spans(self, article: StoredArticle) -> NDArray[np.int64]:
        """Return the start and end of each sentence in the article's text, in code points."""
        found: NDArray[np.int64] = self._sentences[
            article.first_sentence : article.end_sentence, 1:3
        ]
        return found

    def article_text(self, article: StoredArticle) -> str:
        """Return the text of an article. Raises IndexDamagedError if it is not the text that was
        stored: the disk may have lost bytes since the file was verified."""
        data = self._texts.read(article.byte_start, article.byte_end)
        if text_digest(data) != article.sha256:
            raise IndexDamagedError(
                f"{self._folder / TEXTS} is damaged: the text of {article.id} does not match its "
                "checksum. Find all damage with: dealbot index verify"
            )
        return data.decode()

    def sentence(self, row: int) -> StoredSentence:
        return self._sentence(row, *self._sentences[row].tolist())

    def sentences(self, rows: Sequence[int] | range | NDArray[np.int64]) -> list[StoredSentence]:
        """Return the sentences of several rows, in the order of the rows."""
        rows = np.asarray(rows, np.int64)
        table = self._sentences[rows].tolist()
        return [self._sentence(row, *of) for row, of in zip(rows.tolist(), table, strict=True)]

    def _sentence(
        self,
        row: int,
        article: int,
        start: int,
        end: int,
        byte_start: int,
        byte_end: int,
        passage: int,
    ) -> StoredSentence:
        text = self._texts.read(byte_start, byte_end).decode()
        return StoredSentence(row, self.articles[article], start, end, text, passage)

    @property
    def first_sentences(self) -> NDArray[np.int64]:
        """First sentence row of each passage, in the order of the passages."""
        found: NDArray[np.int64] = self._passages[:, 1]
        return found

    def articles_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the article row of each sentence row."""
        found: NDArray[np.int64] = self._sentences[rows, 0]
        return found

    def passages_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the passage row of each sentence row, without reading a text."""
        found: NDArray[np.int64] = self._sentences[rows, 5]
        return found

    def bounds_of(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first sentence row of each passage, and the row after its last one."""
        bounds = self._passages[passages]
        return bounds[:, 1], bounds[:, 2]

    def passage(self, row: int) -> StoredPassage:
        article_row, first, end = self._passages[row].tolist()
        start, byte_start = self._sentences[first, [1, 3]].tolist()
        stop, byte_end = self._sentences[end - 1, [2, 4]].tolist()
        text = self._texts.read(byte_start, byte_end).decode()
        return StoredPassage(row, self.articles[article_row], start, stop, text, first, end)


class _Articles(Sequence[StoredArticle]):
    """Article metadata, one JSON line per article, parsed on access. Opening an index takes the
    same time for ten articles and for fifty thousand."""

    def __init__(self, path: Path) -> None:
        lines = FileLines(path)
        self._read = lru_cache(_KEPT_ARTICLES)(lambda row: StoredArticle(**json.loads(lines[row])))
        self._count = len(lines)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> StoredArticle: ...
    @overload
    def __getitem__(self, row: slice) -> list[StoredArticle]: ...
    def __getitem__(self, row: int | slice) -> StoredArticle | list[StoredArticle]:
        if isinstance(row, slice):
            return [self._read(each) for each in range(len(self))[row]]
        return self._read(range(len(self))[row])


def _mapped(path: Path, columns: int) -> NDArray[np.int64]:
    """Memory-map the table in `path`. A plain view is returned, because np.memmap makes each access
    to a row several times slower. Raises ValueError if the table has another type or shape."""
    table: NDArray[np.int64] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    if table.dtype != np.int64 or table.shape[1:] != (columns,):
        raise ValueError(f"{path.name} is not a table of {columns} columns")
    return table
