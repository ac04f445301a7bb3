"""The rows of an article: read from a generation in files, and copied to the server."""

from collections.abc import Iterable
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from index.building.terms import TermReader
from index.generations.generation import FileGeneration
from index.postgres.epochs import Numbers, Target
from index.postgres.postings import Postings
from index.postgres.records import digest_of, layout_columns, meta_of
from index.postgres.schema import FOREVER, of_epoch
from index.postgres.vector_rows import PassageRows, SentenceRows
from index.postgres.word_numbers import WordNumbers
from index.stores.text_store import StoredArticle

_COUNT = np.dtype("<u4")
_AT_ONCE = 2_000  # sentences that are written in one piece
_COPY: LiteralString = (
    "COPY dealbot.{articles} (number, from_generation, to_generation, digest, id, version_of, "
    "meta, text, sentences, passages, kinds, blocks, tokens, token_counts, marks, title_tokens, "
    "title_marks, first_sentence, sentence_count, first_passage, passage_count, sentence_terms, "
    "passage_terms, published, since, until) FROM STDIN (FORMAT BINARY)"
)
_TYPES = (
    *("int8", "int4", "int4", "bytea", "bytea", "bytea"),
    *(["bytea"] * 10),
    *("int2", *(["int8"] * 9)),
)


class ArticleReader:
    """Reader of the columns that a checksum covers."""

    def __init__(self, fresh: FileGeneration, words: WordNumbers) -> None:
        self._fresh, self._words = fresh, words

    def columns(self, article: StoredArticle) -> dict[str, Any]:
        fresh, rows = self._fresh, range(article.first_sentence, article.end_sentence)
        stored = fresh.tokens.sentences.stored(rows)
        title = fresh.tokens.titles.stored(range(article.row, article.row + 1))
        return {
            "meta": meta_of(article),
            "text": fresh.texts.article_text(article).encode(),
            **layout_columns(fresh.texts.layout(article)),
            "tokens": self._words.renumbered(stored.tokens),
            "token_counts": stored.lengths.astype(_COUNT).tobytes(),
            "marks": stored.marks.tobytes(),
            "title_tokens": self._words.renumbered(title.tokens),
            "title_marks": int(title.marks[0]),
        }

    def vectors(self, article: StoredArticle) -> NDArray[np.float16]:
        rows = np.arange(article.first_sentence, article.end_sentence)
        return self._fresh.sentence_vectors.vectors(rows).astype(np.float16)

    def digest(self, article: StoredArticle) -> bytes:
        """Return the checksum of the article's rows."""
        return digest_of(self.columns(article), self.vectors(article).tobytes())


class ArticleWriter:
    """Writer of new articles, with their sentences, passages and terms."""

    def __init__(
        self,
        connection: Connection[Any],
        target: Target,
        fresh: FileGeneration,
        reader: ArticleReader,
    ) -> None:
        self._connection, self._target = connection, target
        self._fresh, self._reader = fresh, reader
        self.following = target.before.following if target.before else Numbers()
        self._terms = TermReader(fresh.texts, fresh.tokens)
        self._postings = Postings(connection, target.epoch, target.number, self._terms.numbers)
        self._articles: list[tuple[Any, ...]] = []
        self._sentences = SentenceRows(connection, target)
        self._passages = PassageRows(connection, target)

    def add(self, article: StoredArticle) -> int:
        """Add an article. Return its number."""
        columns, vectors = self._reader.columns(article), self._reader.vectors(article)
        following, times = self.following, self._fresh.texts.times
        number = following.article
        sentences, passages, *terms = self._add_rows(article, vectors)
        self._articles.append(
            (
                *(number, self._target.number, FOREVER, digest_of(columns, vectors.tobytes())),
                *(article.id.encode(), article.version_of.encode(), *columns.values()),
                *(following.sentence, sentences, following.passage, passages, *terms),
                *(int(times.published[article.row]), int(times.since[article.row])),
                int(times.until[article.row]),
            )
        )
        self.following = Numbers(
            number + 1, following.sentence + sentences, following.passage + passages
        )
        if len(self._sentences) >= _AT_ONCE:
            self._write()
        return number

    def finish(self) -> None:
        """Write what is left."""
        self._write()
        self._postings.flush()

    def _add_rows(
        self, article: StoredArticle, vectors: NDArray[np.float16]
    ) -> tuple[int, int, int, int]:
        """Add the sentences and passages of an article. Return their counts, and those of their
        terms."""
        fresh, following = self._fresh, self.following
        layout = fresh.texts.layout(article)
        sentences, passages = len(layout.sentences), len(layout.passages)
        if not passages:
            return sentences, 0, 0, 0
        first = int(fresh.texts.passages_of(np.array([article.first_sentence]))[0])
        of_sentences, of_passages = self._terms.read(range(first, first + passages))
        self._postings.add(following.sentence, *of_sentences, of_passages=False)
        self._postings.add(following.passage, *of_passages, of_passages=True)
        of = following.passage + layout.sentences[:, 4]
        self._sentences.add(following.sentence, of, vectors)
        rows = np.arange(first, first + passages)
        passage_vectors = fresh.passage_vectors.vectors(rows).astype(np.float16)
        self._passages.add(following.passage, passage_vectors)
        return sentences, passages, int(of_sentences[1].sum()), int(of_passages[1].sum())

    def _write(self) -> None:
        _copy(self._connection, self._target.epoch, self._articles)
        self._articles.clear()
        self._sentences.write()
        self._passages.write()


def _copy(connection: Connection[Any], epoch: int, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(of_epoch(_COPY, epoch)) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            copy.write_row(row)
