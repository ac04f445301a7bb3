"""The parts of an index that answering reads, as protocols: any store of generations has them.

Rows are numbers from 0, in the order of the articles. They are those of one generation: another
generation may have the same sentence at another row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from index.generations.admission import Admission
from index.generations.manifest import Manifest
from index.models import Block, BlockKind
from index.period import Period
from index.stores.dense import Mask, Rows, Vectors
from index.stores.lexical import Scores
from index.stores.reading_notes import ReadingNotes
from index.stores.text_store import Layout, StoredArticle, StoredPassage, StoredSentence
from index.stores.times import ArticleTimes
from index.text.initials import Initials
from index.text.tokens import Spelt, Tokens


class TextStore(Protocol):
    """The texts of a generation: articles, sentences and passages by row. Thread-safe."""

    @property
    def articles(self) -> Sequence[StoredArticle]: ...
    @property
    def times(self) -> ArticleTimes:
        """Times of the articles, by article row."""

    @property
    def sentence_count(self) -> int: ...
    @property
    def passage_count(self) -> int: ...
    def find_article(self, article_id: str) -> StoredArticle | None: ...
    def versions(self, newest_id: str) -> list[StoredArticle]:
        """Return the versions of an article, oldest first; none if there is no such article."""

    def article_text(self, article: StoredArticle) -> str:
        """Return the whole text of an article, as it was read."""

    def layout(self, article: StoredArticle) -> Layout: ...
    def blocks(self, article: StoredArticle) -> list[Block]:
        """Return the blocks of an article, in order."""

    def block_at(self, article: StoredArticle, start: int) -> Block | None:
        """Return the block that contains this code point of the article's text."""

    def page_at(self, article: StoredArticle, start: int) -> int | None:
        """Return the page that has this code point; None if the article has no pages."""

    def sentence(self, row: int) -> StoredSentence: ...
    def sentences(self, rows: Sequence[int] | range | Rows) -> list[StoredSentence]:
        """Return the sentences of several rows, in the order of the rows."""

    def kinds(self, rows: Sequence[int] | Rows) -> list[BlockKind]:
        """Return the kind of each sentence row."""

    def passage(self, row: int) -> StoredPassage: ...
    def articles_of(self, rows: Rows) -> Rows:
        """Return the article row of each sentence row."""

    def passages_of(self, rows: Rows) -> Rows:
        """Return the passage row of each sentence row."""

    def bounds_of(self, passages: Rows) -> tuple[Rows, Rows]:
        """Return the first sentence row of each passage, and the row after its last one."""


class SentenceVectors(Protocol):
    """The vectors of all sentences by row; the score is the cosine."""

    def __len__(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    def nearest(self, vector: Vectors, k: int, admitted: Mask | None = None) -> Rows:
        """Return the rows of the k best for one query of shape (dimension,), best first; only rows
        in the mask `admitted` if one is given."""

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
        """Return scores and rows of the k best per query, best first, both of shape (queries,
        min(k, n))."""

    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of these rows, shape (rows, dimension)."""


class PassageVectors(Protocol):
    """The vectors of all passages by row."""

    def __len__(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    def vectors(self, rows: Rows) -> Vectors:
        """Return the stored vectors of these rows, shape (rows, dimension)."""


class TermScores(Protocol):
    """BM25 of sentences, or of passages."""

    def __len__(self) -> int: ...
    def scores(self, terms: Sequence[str]) -> Scores:
        """Return the BM25 score of every row; zeros if no term is known."""


class WordTable(Protocol):
    """The words of a generation by their numbers."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> Spelt: ...
    def __iter__(self) -> Iterator[Spelt]: ...


class TokenReader(Protocol):
    """The tokens of texts by row."""

    def __len__(self) -> int: ...
    def read(self, rows: Rows) -> Tokens:
        """Read the tokens of several rows, given in ascending order."""


class TokenStore(Protocol):
    """The words of sentences and of titles, with initials written out."""

    @property
    def words(self) -> WordTable: ...
    @property
    def sentences(self) -> TokenReader: ...
    @property
    def titles(self) -> TokenReader: ...


class Archive(Protocol):
    """The texts of a generation, and the notes on their reading. It never changes."""

    @property
    def manifest(self) -> Manifest: ...
    @property
    def texts(self) -> TextStore: ...
    def notes(self, article_id: str | None = None) -> Iterator[ReadingNotes]:
        """Yield the notes on all articles, or those on one."""


class Generation(Protocol):
    """An open generation. It never changes, and several threads may read it."""

    @property
    def id(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def texts(self) -> TextStore: ...
    @property
    def tokens(self) -> TokenStore: ...
    @property
    def sentence_vectors(self) -> SentenceVectors: ...
    @property
    def passage_vectors(self) -> PassageVectors: ...
    @property
    def sentence_terms(self) -> TermScores: ...
    @property
    def passage_terms(self) -> TermScores: ...
    @property
    def vocabulary(self) -> Mapping[str, int]:
        """The words of the articles, with their counts."""

    @property
    def initials(self) -> Initials: ...
    def admission(self, period: Period, /) -> Admission | None:
        """Return the rows that a period admits; None if it admits everything."""
