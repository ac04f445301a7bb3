"""Vectors of the cache for the sentences of a generation; those that it lacks are encoded first."""

from dataclasses import dataclass

import numpy as np

from index.building.embedding import Embedder, LocalEmbedder, PendingTexts
from index.encoder.encoder import Encoder
from index.errors import BuildError
from index.generations.reader import TextStore
from index.progress import Progress
from index.stores.dense import Rows, Stored, embedded_text
from index.stores.text_store import FileTextStore, StoredSentence
from index.stores.vector_cache import Keys, VectorCache, keys_of

_SAME = 0.9  # cosine with the cached vector; near 0 for another encoder's


@dataclass(slots=True)
class VectorSource:
    """The cache of vectors, with the encoder that fills it. Without an `embedder`, this machine
    encodes. `encoded` counts the sentences that the cache lacked."""

    encoder: Encoder
    cache: VectorCache
    embedder: Embedder | None = None
    encoded: int = 0

    def fill(self, texts: FileTextStore, rows: Rows, keys: Keys, progress: Progress) -> Rows:
        """Encode the sentences that the cache lacks, and return the place of each one in the cache.
        Raises BuildError if the cache is unusable."""
        places = self.cache.find(keys)
        self._check(texts, rows, places)
        missing = np.flatnonzero(places < 0)
        self._encode(texts, rows[missing], keys[missing], progress)
        places[missing] = self.cache.find(keys[missing])
        if (places < 0).any():
            raise BuildError("Vectors that were just written cannot be read back: check the disk")
        self.encoded += len(missing)
        return places

    def read(self, places: Rows) -> Stored:
        return self.cache.vectors(places)

    def _encode(self, texts: FileTextStore, rows: Rows, keys: Keys, progress: Progress) -> None:
        """Encode sentences and add their vectors to the cache."""
        # Repeated sentences are encoded once.
        once = np.sort(np.unique(keys, axis=0, return_index=True)[1])
        progress.start("Encoding sentences", len(once))
        pending = PendingTexts(texts, rows[once], keys[once])
        embedder = self.embedder or LocalEmbedder(self.encoder)
        for done, vectors in embedder.embed(pending, progress.advance):
            self.cache.append(done, vectors)
        self.cache.refresh()

    def _check(self, texts: FileTextStore, rows: Rows, places: Rows) -> None:
        """Encode one cached sentence again and compare, because the files do not say which encoder
        made them. Raises BuildError if the vectors differ."""
        known = np.flatnonzero(places >= 0)[:1]
        if not len(known):
            return
        [anew] = self.encoder.encode_passages(
            [_embedded(each) for each in texts.sentences(rows[known])]
        )
        [kept] = self.cache.vectors(places[known])
        if anew @ kept < _SAME:
            raise BuildError(
                f"{self.cache.folder} holds vectors of another encoder than {self.encoder.id}: "
                "remove it, and build again"
            )


def keys_of_sentences(texts: TextStore, progress: Progress) -> Keys:
    """Return the cache keys of all sentences. An article is read as a whole, which takes less time
    than to read each sentence."""
    keys = np.empty((texts.sentence_count, 2), np.uint64)
    for article in texts.articles:
        text = texts.article_text(article)
        spans = texts.spans(article).tolist()
        embedded = (embedded_text(article.title, text[start:end]) for start, end in spans)
        keys[article.first_sentence : article.end_sentence] = keys_of(embedded)
        progress.advance(0)
    return keys


def keys_of_rows(texts: FileTextStore, rows: Rows) -> Keys:
    """Return the cache keys of a few sentences."""
    return keys_of(map(_embedded, texts.sentences(rows)))


def _embedded(sentence: StoredSentence) -> str:
    return embedded_text(sentence.article.title, sentence.text)
