"""Vectors of the cache for the sentences of a generation; those that it lacks are encoded first."""

from dataclasses import dataclass

import numpy as np

from index.building.embedding import Embedder, KnownVectors, LocalEmbedder, PendingTexts
from index.building.vector_keys import CachedRows, VectorKeys
from index.encoder.encoder import Encoder
from index.errors import BuildError
from index.progress import Progress
from index.stores.dense import Stored
from index.stores.text_store import FileTextStore
from index.stores.titled import encode_titled, titled_vectors
from index.stores.vector_cache import VectorCache

_SAME = 0.9  # cosine with the cached vector; near 0 for another encoder's


@dataclass(slots=True)
class VectorSource:
    """The cache of vectors, with the encoder that fills it. Without an `embedder`, this machine
    encodes what neither the cache nor `copied` has. `encoded` counts the encoded sentences."""

    encoder: Encoder
    cache: VectorCache
    embedder: Embedder | None = None
    copied: KnownVectors | None = None
    encoded: int = 0

    def fill(self, texts: FileTextStore, keys: VectorKeys, progress: Progress) -> CachedRows:
        """Add the vectors that the cache lacks, and return the places of all in the cache. Raises
        BuildError if the cache is unusable."""
        cached = CachedRows.find(self.cache, keys)
        self._check(texts, keys, cached)
        if self.copied is not None:
            for found, known in self.copied.vectors_of(keys.whole[cached.whole < 0]):
                self.cache.append(found, known)
            self.cache.refresh()
            cached = CachedRows.find(self.cache, keys)
        self._encode(PendingTexts.missing(texts, keys, cached), progress)
        self.encoded += len(cached.missing_sentences)
        cached.find_missing(self.cache, keys)
        if len(cached.missing_sentences) or len(cached.missing_titles):
            raise BuildError("Vectors that were just written cannot be read back: check the disk")
        return cached

    def read(self, keys: VectorKeys, cached: CachedRows, part: slice) -> Stored:
        """Return the vectors of some sentences, which the cache has whole or apart."""
        whole = cached.whole[part]
        found = self.cache.vectors(np.where(whole < 0, cached.sentences[part], whole))
        titles = np.where(whole < 0, cached.titles[keys.articles[part]], -1)
        if len(rows := np.flatnonzero(titles >= 0)):
            under = self.cache.vectors(titles[rows]).astype(np.float32)
            found[rows] = titled_vectors(found[rows].astype(np.float32), under)
        return found

    def _encode(self, pending: PendingTexts, progress: Progress) -> None:
        """Encode texts and add their vectors to the cache."""
        progress.start("Encoding sentences", len(pending))
        embedder = self.embedder or LocalEmbedder(self.encoder)
        for done, vectors in embedder.embed(pending, progress.advance):
            self.cache.append(done, vectors)
        self.cache.refresh()

    def _check(self, texts: FileTextStore, keys: VectorKeys, cached: CachedRows) -> None:
        """Encode one cached sentence again and compare, because the files do not say which encoder
        made them. Raises BuildError if the vectors differ."""
        alone = bool((cached.sentences >= 0).any())
        known = cached.sentences if alone else cached.whole
        places = np.flatnonzero(known >= 0)[:1]
        if not len(places):
            return
        [sentence] = texts.sentences(keys.rows[places])
        [kept] = self.cache.vectors(known[places])
        title = "" if alone else sentence.article.title
        [anew] = encode_titled(self.encoder, title, [sentence.text])
        if anew @ kept < _SAME:
            raise BuildError(
                f"{self.cache.folder} holds vectors of another encoder than {self.encoder.id}: "
                "remove it, and build again"
            )
