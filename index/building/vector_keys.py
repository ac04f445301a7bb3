"""The cache keys of everything that the vectors of a build are made from.

The vector of a sentence is made from two cached vectors: of its text and of the title of its
article. A copied vector cannot be taken apart: it is cached as a whole.
"""

from dataclasses import dataclass

import numpy as np

from index.generations.reader import TextStore
from index.progress import Progress
from index.stores.dense import Mask, Rows
from index.stores.vector_cache import Keys, VectorCache, keys_of, titled_keys


@dataclass(frozen=True, slots=True)
class VectorKeys:
    """Cache keys of the texts of a store. By sentence row: `sentences` of the text alone, `whole`
    of the text under its title, `articles` the article row. By article row: `titles`, and `titled`
    is false where there is none."""

    sentences: Keys
    whole: Keys
    articles: Rows
    titles: Keys
    titled: Mask

    @classmethod
    def of(cls, texts: TextStore, progress: Progress) -> "VectorKeys":
        """Read the texts. An article is read as a whole, which takes less time than to read each
        sentence."""
        count = texts.sentence_count
        sentences, whole = np.empty((2, count, 2), np.uint64)
        for article in texts.articles:
            text = texts.article_text(article)
            said = [text[start:end] for start, end in texts.spans(article).tolist()]
            rows = slice(article.first_sentence, article.end_sentence)
            sentences[rows] = keys_of(said)
            whole[rows] = titled_keys(article.title, said)
            progress.advance(0)
        titles = [article.title for article in texts.articles]
        return cls(
            sentences,
            whole,
            texts.articles_of(np.arange(count)),
            keys_of(titles),
            np.array([bool(title) for title in titles]),
        )


@dataclass(frozen=True, slots=True)
class CachedRows:
    """Cache rows of the vectors that a build needs, -1 where one is missing. A sentence needs its
    `whole` vector, or that of its text (`sentences`) and that of its title (`titles`, by article
    row). What is not needed is -2."""

    whole: Rows
    sentences: Rows
    titles: Rows

    @classmethod
    def find(cls, cache: VectorCache, keys: VectorKeys) -> "CachedRows":
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
