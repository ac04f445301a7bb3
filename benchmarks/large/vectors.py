"""An encoder of generated vectors: as large as the model's, and a thousand times as fast."""

import re
from collections.abc import Callable, Sequence
from zlib import crc32

import numpy as np

from index.encoder.encoder import Encoder, Vectors

_DIMENSION = 384
_ROWS = 1 << 14  # random vectors that the words share
_SEED = 7
_WORD = re.compile(r"\w{4,}")


class GeneratedEncoder(Encoder):
    """Encoder whose vector of a text is the direction of the sum of its words' random vectors.
    Texts that share words are near to each other."""

    def __init__(self) -> None:
        self.id, self.dimension = "generated-vectors", _DIMENSION
        random = np.random.default_rng(_SEED)
        self._table = random.standard_normal((_ROWS, _DIMENSION), np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        words = [_WORD.findall(text.lower()) or [text] for text in texts]
        rows = [crc32(word.encode()) % _ROWS for each in words for word in each]
        starts = np.cumsum([0, *map(len, words[:-1])])
        sums = np.add.reduceat(self._table[rows], starts, axis=0)
        if progress is not None:
            progress(len(texts))
        unit: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit
