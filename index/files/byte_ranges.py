"""Reading a file by ranges of bytes."""

import mmap
import os
import weakref
from pathlib import Path

_MAPPED_UP_TO = 64_000_000  # bytes


class FileRanges:
    """The bytes of a file. A small one is mapped into memory; of a large one only what is asked for
    is read, for a read of what is mapped brings 64 kB of its neighbours into the process, and soon
    all of them. Safe to use from several threads."""

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
