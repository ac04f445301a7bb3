"""Encoder with a cache: each case is ranked twice, with and without its gold sentences."""

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np

from index.encoder.encoder import Encoder, Vectors

_KEPT = 2_000  # texts; a case has a few dozen


class RememberingEncoder(Encoder):
    """Encoder that caches the vectors of passages. One instance belongs to one thread."""

    _vectors: dict[str, Vectors]

    @classmethod
    def around(cls, encoder: Encoder) -> Self:
        """Wrap an encoder, sharing its loaded model."""
        found = cls.__new__(cls)
        found.__dict__.update(vars(encoder))
        found._vectors = {}
        return found

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if len(self._vectors) > _KEPT:
            self._vectors.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        found = super().encode_passages(new, progress=progress)
        self._vectors.update(zip(new, found, strict=True))
        return np.array([self._vectors[text] for text in texts]).reshape(-1, self.dimension)
