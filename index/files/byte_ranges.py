"""Random access to byte ranges of a file."""

import mmap
import os
import weakref
from pathlib import Path

_MAPPED_UP_TO = 64_000_000  # bytes


class FileRanges:
    """Byte ranges of a file. A small file is memory-mapped. A large one is read on demand: each
    read of a mapping loads 64 kB around it into the process, and soon the whole file.
    Thread-safe."""

    def __init__(self, path: Path, mapped_up_to: int = _MAPPED_UP_TO) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self.size = os.fstat(self._descriptor).st_size
        self._mapped = None
        if 0 < self.size <= mapped_up_to:
            self._mapped = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)

    def read(self, start: int, end: int) -> bytes:
        if self._mapped is not None:
            return self._mapped[start:end]
        return os.pread(self._descriptor, end - start, start)
