"""Vectors of questions for grouping, computed a few at a time beside the answers."""

import threading
import time
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from bot.domain.errors import Refusal, ServiceClosedError
from bot.insights.meanings import Vectors
from index.encoder.encoder import Encoder

_AT_ONCE = 8  # texts; answers share the encoder's threads and wait for no more than these
_KEPT_S = 600.0


class VectorCache:
    """Vectors of the texts of the last ten minutes, by a hash of the text, in memory only."""

    def __init__(self) -> None:
        self._vectors: dict[bytes, tuple[float, Vectors]] = {}
        self._closing = threading.Event()

    def close(self) -> None:
        """Stop the encoding in progress."""
        self._closing.set()

    def encode(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """Return the unit vectors of the texts, shape (n, dimension). Raises ServiceClosedError
        after `close`."""
        self._drop_old()
        keys = [_key(text, encoder) for text in texts]
        new = [place for place, key in enumerate(keys) if key not in self._vectors]
        for first in range(0, len(new), _AT_ONCE):
            if self._closing.is_set():
                raise ServiceClosedError(Refusal.CLOSING)
            self._add(new[first : first + _AT_ONCE], keys, texts, encoder)
        if not keys:
            return np.empty((0, encoder.dimension), np.float32)
        return np.stack([self._vectors[key][1] for key in keys])

    def _add(
        self, places: Sequence[int], keys: Sequence[bytes], texts: Sequence[str], encoder: Encoder
    ) -> None:
        vectors = encoder.encode_passages([texts[place] for place in places])
        now = time.monotonic()
        for place, vector in zip(places, vectors, strict=True):
            self._vectors[keys[place]] = now, vector

    def _drop_old(self) -> None:
        since = time.monotonic() - _KEPT_S
        self._vectors = {key: each for key, each in self._vectors.items() if each[0] >= since}


def _key(text: str, encoder: Encoder) -> bytes:
    return blake2b(f"{encoder.id}\0{text}".encode("utf-8", "replace"), digest_size=16).digest()
