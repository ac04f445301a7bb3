"""Texts that a build must encode, and the embedder that encodes them on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from index.building.vector_keys import CachedRows, VectorKeys
from index.encoder.encoder import Encoder
from index.stores.dense import Rows, Stored
from index.stores.text_store import FileTextStore
from index.stores.vector_cache import Keys

_ENCODED_AT_ONCE = 1_000  # texts; the most that a killed build loses


@dataclass(frozen=True, slots=True)
class PendingTexts:
    """Sentences and titles of a text store whose vectors are unknown, with their cache keys.
    `places` has the row of each sentence, and ~row for the title of an article. The texts are read
    from the store part by part."""

    store: FileTextStore
    places: Rows
    keys: Keys

    @classmethod
    def missing(cls, store: FileTextStore, keys: VectorKeys, cached: CachedRows) -> Self:
        """Take the texts and the titles that the cache lacks. A repeated text is taken once."""
        sentences, titles = cached.missing_sentences, cached.missing_titles
        places = np.concatenate([keys.rows[sentences], ~keys.article_rows[titles]])
        each = np.concatenate([keys.sentences[sentences], keys.titles[titles]])
        once = np.sort(np.unique(each, axis=0, return_index=True)[1])
        return cls(store, places[once], each[once])

    def __len__(self) -> int:
        return len(self.places)

    def read(self, part: range) -> list[str]:
        """Return the texts to encode, in order."""
        places = self.places[part.start : part.stop]
        sentences = iter(self.store.sentences(places[places >= 0]))
        return [
            next(sentences).text if place >= 0 else self.store.articles[~place].title
            for place in places.tolist()
        ]

    def keys_of(self, part: range) -> Keys:
        return self.keys[part.start : part.stop]

    def parts(self, size: int) -> Iterator[range]:
        rows = range(len(self))
        return (rows[start : start + size] for start in rows[::size])


class Embedder(Protocol):
    """A way to encode the texts of a build."""

    def embed(
        self, texts: PendingTexts, progress: Callable[[int], None]
    ) -> Iterator[tuple[Keys, Stored]]:
        """Yield the vectors of all texts with their keys, part by part, in any order. The vectors
        have 16 bits per number. `progress` is called with the number of texts done since."""


@dataclass(frozen=True, slots=True)
class LocalEmbedder:
    """Embedder that uses the cores of this machine."""

    encoder: Encoder

    def embed(
        self, texts: PendingTexts, progress: Callable[[int], None]
    ) -> Iterator[tuple[Keys, Stored]]:
        for part in texts.parts(_ENCODED_AT_ONCE):
            vectors = self.encoder.encode_passages(texts.read(part), progress=progress)
            yield texts.keys_of(part), vectors.astype(np.float16)


class KnownVectors(Protocol):
    """Vectors of sentences under their titles that need not be encoded: those of a copied index."""

    def vectors_of(self, keys: Keys) -> Iterator[tuple[Keys, Stored]]:
        """Yield the known vectors of these whole sentences with their keys, part by part. The
        vectors have 16 bits per number."""
