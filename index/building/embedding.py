"""Texts that a build must encode, and the embedder that encodes them on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from index.encoder.encoder import Encoder
from index.stores.dense import Rows, Stored, embedded_text
from index.stores.text_store import FileTextStore
from index.stores.vector_cache import Keys

_ENCODED_AT_ONCE = 1_000  # sentences; the most that a killed build loses


@dataclass(frozen=True, slots=True)
class PendingTexts:
    """Sentences of a text store whose vectors are unknown, with their cache keys. The texts are
    read from the store part by part."""

    store: FileTextStore
    rows: Rows
    keys: Keys

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, part: range) -> list[str]:
        """Return the texts to encode: each sentence with the title of its article."""
        rows = self.rows[part.start : part.stop]
        return [embedded_text(each.article.title, each.text) for each in self.store.sentences(rows)]

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
