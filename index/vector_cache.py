"""Vectors of texts that were encoded before, in files beside the generations.

A build takes from here what it does not have to encode: all but what changed since the last one,
and what a build that was killed had done. Nothing that answers ever reads it, and what is lost or
damaged is encoded again.

<folder>/keys.bin       for each text the hash of what was encoded, and the CRC-32 of its vector
<folder>/vectors.bin    the vectors, in the same order
"""

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.dense import Rows, Stored

Keys = NDArray[np.uint64]  # (n, 2)

_KEY = np.dtype([("key", "<u8", 2), ("crc", "<u4")])


def keys_of(texts: Iterable[str]) -> Keys:
    """The hashes of texts, shape (n, 2)."""
    digests = (hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts)
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2)


class VectorCache:
    """Of one encoder. For one process at a time: whoever uses it holds the index's lock."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Opens what is there; what a killed run has half written is cut off."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._keys_path, self._vectors_path = folder / "keys.bin", folder / "vectors.bin"
        self._row = np.dtype(("<f2", dimension))
        for path in (self._keys_path, self._vectors_path):
            path.touch()
        self._cut(min(self._size(self._keys_path, _KEY), self._size(self._vectors_path, self._row)))

    def __len__(self) -> int:
        return len(self._sorted)

    def find(self, keys: Keys) -> Rows:
        """Where the vector of each key is; -1 where it is not, or not intact."""
        if not len(self) or not len(keys):
            return np.full(len(keys), -1, np.int64)
        places = np.minimum(np.searchsorted(self._sorted, keys[:, 0]), len(self) - 1)
        rows: Rows = self._order[places]
        known = self._known[rows]
        rows = np.where((known["key"] == keys).all(axis=1), rows, -1)
        for place in np.flatnonzero(rows >= 0).tolist():
            if zlib.crc32(self._vectors[rows[place]]) != known["crc"][place]:
                rows[place] = -1
        return rows

    def vectors(self, rows: Rows) -> Stored:
        return self._vectors[rows]

    def append(self, keys: Keys, vectors: Stored) -> None:
        """Adds them; they are found after `refresh`."""
        added = np.empty(len(keys), _KEY)
        added["key"], added["crc"] = keys, [zlib.crc32(vector) for vector in vectors]
        # Vectors first: a key without its vector would be one that is not intact.
        for path, data in ((self._vectors_path, vectors), (self._keys_path, added)):
            with path.open("ab") as file:
                file.write(data.tobytes())

    def refresh(self) -> None:
        """Lets what was appended be found."""
        count = self._size(self._keys_path, _KEY)
        self._known = np.fromfile(self._keys_path, _KEY, count)
        self._vectors: Stored = (
            np.memmap(self._vectors_path, "<f2", "r", shape=(count, *self._row.shape)).view(
                np.ndarray
            )
            if count
            else np.empty((0, *self._row.shape), np.float16)
        )
        first = self._known["key"][:, 0]
        self._order = np.argsort(first, kind="stable")
        self._sorted = first[self._order]

    def clear(self) -> None:
        self._cut(0)

    def keep(self, rows: Rows) -> None:
        """Forgets all others."""
        kept, vectors = self._known[rows], self._vectors[rows]
        self.clear()
        self.append(kept["key"], vectors)
        self.refresh()

    def _cut(self, count: int) -> None:
        for path, row in ((self._keys_path, _KEY), (self._vectors_path, self._row)):
            with path.open("r+b") as file:
                file.truncate(count * row.itemsize)
        self.refresh()

    @staticmethod
    def _size(path: Path, row: np.dtype[Any]) -> int:
        return path.stat().st_size // row.itemsize
