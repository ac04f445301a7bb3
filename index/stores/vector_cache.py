"""Cache of vectors of texts that were encoded before, in files beside the generations.

A text is a sentence without its title, or a title. Copied vectors are those of sentences under
their titles, with keys of their own.

A build encodes only texts that are not in the cache: those changed since the last build. Vectors
that a killed build finished are in the cache too. Serving never reads it. Lost or damaged vectors
are encoded again.

<folder>/keys.bin       per text, its hash and the CRC-32 of the hash and the vector
<folder>/vectors.bin    the vectors, in the same order
"""

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import BuildError
from index.stores.dense import Rows, Stored
from index.stores.titled import TITLE_WEIGHT

Keys = NDArray[np.uint64]  # (n, 2)

_KEY = np.dtype([("key", "<u8", 2), ("crc", "<u4")])
_TITLED = b"titled"
_AT_ONCE = 10_000  # vectors copied at a time


def keys_of(texts: Iterable[str]) -> Keys:
    """Return the 128-bit BLAKE2b hashes of texts, shape (n, 2)."""
    return _hashes(texts, b"")


def titled_keys(title: str, texts: Iterable[str]) -> Keys:
    """Return the keys of texts under a title. They depend on the weight of the title, too. Without
    a title, the key of a text is that of `keys_of`."""
    if not title:
        return keys_of(texts)
    return _hashes((f"{TITLE_WEIGHT} {len(title)} {title}{text}" for text in texts), _TITLED)


def _hashes(texts: Iterable[str], person: bytes) -> Keys:
    """Hash texts; `person` keeps texts of one use apart from those of another."""
    digests = (
        hashlib.blake2b(text.encode(), digest_size=16, person=person).digest() for text in texts
    )
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2)


class VectorCache:
    """Vector cache of one encoder. Only one process may use it at a time: the user must hold the
    index's lock."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Open the cache; truncate or remove what a killed run left half-written. Raises BuildError
        if a path is a symbolic link, which would redirect writes, or is not a plain file."""
        self.folder = folder
        self._keys_path, self._vectors_path = folder / "keys.bin", folder / "vectors.bin"
        for path in (folder.parent, folder, self._keys_path, self._vectors_path):
            if path.is_symlink():
                raise BuildError(f"{path} is a link, and a build would write through it: remove it")
        folder.mkdir(parents=True, exist_ok=True)
        for path in (self._keys_path, self._vectors_path):
            if path.exists() and not path.is_file():
                raise BuildError(f"{path} is in the way of the kept vectors: remove it")
        self._beside = [path.with_suffix(".new") for path in (self._keys_path, self._vectors_path)]
        for path in self._beside:
            path.unlink(missing_ok=True)
        self._row = np.dtype(("<f2", dimension))
        for path in (self._keys_path, self._vectors_path):
            path.touch()
        self._cut(min(_rows_in(self._keys_path, _KEY), _rows_in(self._vectors_path, self._row)))

    def __len__(self) -> int:
        return len(self._sorted)

    def find(self, keys: Keys) -> Rows:
        """Return the row of each key's vector; -1 if it is missing or damaged."""
        if not len(self) or not len(keys):
            return np.full(len(keys), -1, np.int64)
        # Use the last entry of a key: it was appended because the others were found damaged.
        places = np.maximum(np.searchsorted(self._sorted, keys[:, 0], side="right") - 1, 0)
        rows: Rows = self._order[places]
        known = self._known[rows]
        rows = np.where((known["key"] == keys).all(axis=1), rows, -1)
        for place in np.flatnonzero(rows >= 0).tolist():
            if _checksum(keys[place], self._vectors[rows[place]]) != known["crc"][place]:
                rows[place] = -1
        return rows

    def vectors(self, rows: Rows) -> Stored:
        return self._vectors[rows]

    def append(self, keys: Keys, vectors: Stored) -> None:
        """Append vectors with their keys; `find` sees them only after `refresh`."""
        self._write(keys, vectors, self._keys_path, self._vectors_path)

    def refresh(self) -> None:
        """Make appended vectors visible to `find`."""
        count = _rows_in(self._keys_path, _KEY)
        self._known = np.fromfile(self._keys_path, _KEY, count)
        self._vectors: Stored = np.empty((0, *self._row.shape), np.float16)
        if count:
            shape = (count, *self._row.shape)
            mapped = np.memmap(self._vectors_path, "<f2", "r", shape=shape)
            self._vectors = mapped.view(np.ndarray)
        first = self._known["key"][:, 0]
        self._order = np.argsort(first, kind="stable")
        self._sorted = first[self._order]

    def keep_only(self, keys: Keys) -> None:
        """Drop all vectors but those of `keys`. An interruption loses at most the whole cache."""
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            rows = self.find(part)
            self._write(part[rows >= 0], self._vectors[rows[rows >= 0]], *self._beside)
        for path, old in zip(self._beside, (self._keys_path, self._vectors_path), strict=True):
            path.replace(old)
        self.refresh()

    @staticmethod
    def _write(keys: Keys, vectors: Stored, keys_path: Path, vectors_path: Path) -> None:
        added = np.empty(len(keys), _KEY)
        added["key"] = keys
        added["crc"] = [_checksum(key, vector) for key, vector in zip(keys, vectors, strict=True)]
        # Vectors first: a key without its vector would count as damaged.
        for path, data in ((vectors_path, vectors), (keys_path, added)):
            with path.open("ab") as file:
                file.write(data.tobytes())

    def _cut(self, count: int) -> None:
        for path, row in ((self._keys_path, _KEY), (self._vectors_path, self._row)):
            with path.open("r+b") as file:
                file.truncate(count * row.itemsize)
        self.refresh()


def _checksum(key: Keys, vector: Stored) -> int:
    return zlib.crc32(vector.tobytes(), zlib.crc32(key.tobytes()))


def _rows_in(path: Path, row: np.dtype[Any]) -> int:
    return path.stat().st_size // row.itemsize
