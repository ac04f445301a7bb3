"""Encoder that caches the vector of every text, on disk too: training reads the same sentences
often."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.encoder.encoder import Encoder, Vectors


class CachingEncoder:
    """Replacement for an encoder whose queries and passages have no prompts."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        self._path = folder / f"{encoder.id}.npz"
        self._vectors: dict[str, Vectors] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as stored:
                self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha1(text.encode()).hexdigest() for text in texts]
        new = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._vectors}
        if new:
            vectors = self.encoder.encode_passages(list(new.values()))
            self._vectors |= dict(zip(new, vectors, strict=True))
        return np.stack([self._vectors[key] for key in keys])

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            self._path, keys=list(self._vectors), vectors=np.stack(list(self._vectors.values()))
        )
