"""The cache keys of everything that the vectors of a build are made from.

The vector of a sentence is made from two cached vectors: of its text and of the title of its
article. A copied vector cannot be taken apart: it is cached as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from index.generations.reader import TextStore
from index.progress import Progress
from index.ranges import distinct
from index.stores.dense import Mask, Rows
from index.stores.vector_cache import Keys, VectorCache, keys_of, titled_keys


@dataclass(frozen=True, slots=True)
class VectorKeys:
    """Cache keys of sentences of a store, with the titles of their articles.

    By sentence: `rows` of the store, `sentences` are the keys of the text alone, `whole` those of
    the text under its title, and `articles` the place of its article in the following. By article:
    `article_rows` of the store, `titles` are the keys, and `titled` is false where there is no
    title."""

    rows: Rows
    sentences: Keys
    whole: Keys
    articles: Rows
    article_rows: Rows
    titles: Keys
    titled: Mask

    @classmethod
    def of(cls, texts: TextStore, progress: Progress) -> Self:
        """Read all texts. An article is read as a whole, which takes less time than to read each
        sentence."""
        rows = np.arange(texts.sentence_count)
        sentences, whole = np.empty((2, len(rows), 2), np.uint64)
        for article in texts.articles:
            text = texts.article_text(article)
            said = [text[start:end] for start, end in texts.spans(article).tolist()]
            own = slice(article.first_sentence, article.end_sentence)
            sentences[own] = keys_of(said)
            whole[own] = titled_keys(article.title, said)
            progress.advance(0)
        titles = [article.title for article in texts.articles]
        return cls(
            *(rows, sentences, whole, texts.articles_of(rows)),
            *(np.arange(len(titles)), keys_of(titles), _present(titles)),
        )

    @classmethod
    def of_rows(cls, texts: TextStore, rows: Rows) -> Self:
        """Read a few sentences."""
        found = texts.sentences(rows)
        sentences = keys_of(each.text for each in found)
        whole = [titled_keys(each.article.title, [each.text]) for each in found]
        under = texts.articles_of(rows)
        article_rows = distinct(under)
        articles = np.searchsorted(article_rows, under)
        titles = [texts.articles[row].title for row in article_rows.tolist()]
        return cls(
            *(rows, sentences, np.concatenate([sentences[:0], *whole]), articles),
            *(article_rows, keys_of(titles), _present(titles)),
        )


def _present(titles: Sequence[str]) -> Mask:
    return np.array([bool(title) for title in titles], np.bool_)


@dataclass(frozen=True, slots=True)
class CachedRows:
    """Cache rows of the vectors that a build needs, -1 where one is missing. A sentence needs its
    `whole` vector, or that of its text (`sentences`) and that of its title (`titles`, by article).
    What is not needed is -2."""

    whole: Rows
    sentences: Rows
    titles: Rows

    @classmethod
    def find(cls, cache: VectorCache, keys: VectorKeys) -> Self:
        whole = cache.find(keys.whole)
        sentences, titles = np.full(len(whole), -2), np.full(len(keys.titles), -2)
        apart = np.flatnonzero(whole < 0)
        sentences[apart] = cache.find(keys.sentences[apart])
        is_under = np.zeros(len(keys.titles), np.bool_)
        is_under[keys.articles[apart]] = True
        under = np.flatnonzero(is_under & keys.titled)
        titles[under] = cache.find(keys.titles[under])
        return cls(whole, sentences, titles)

    @property
    def missing_sentences(self) -> Rows:
        return np.flatnonzero(self.sentences == -1)

    @property
    def missing_titles(self) -> Rows:
        return np.flatnonzero(self.titles == -1)

    def find_missing(self, cache: VectorCache, keys: VectorKeys) -> None:
        """Look again for the vectors that were missing."""
        sentences, titles = self.missing_sentences, self.missing_titles
        self.sentences[sentences] = cache.find(keys.sentences[sentences])
        self.titles[titles] = cache.find(keys.titles[titles])

    def keys(self, keys: VectorKeys) -> Keys:
        """Return the keys of the needed vectors."""
        whole, apart = keys.whole[self.whole >= 0], keys.sentences[self.sentences > -2]
        return np.concatenate([whole, apart, keys.titles[self.titles > -2]])
