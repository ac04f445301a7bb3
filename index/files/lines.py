"""Random access to the lines of a file by number."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.files.byte_ranges import FileRanges


class FileLines:
    """Lines of a file in which every line, also the last, ends with a newline. Only the line starts
    are kept in memory. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._file = FileRanges(path)
        data = np.frombuffer(self._file.read(0, self._file.size), np.uint8)
        self._starts = np.concatenate([[0], np.flatnonzero(data == ord("\n")) + 1])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:
        """Return the line without its newline."""
        start, end = self._starts[number : number + 2].tolist()
        return self._file.read(start, end - 1)

    def __iter__(self) -> Iterator[bytes]:
        """Yield all lines, which takes less time than to read them one by one."""
        return iter(self._file.read(0, self._file.size).split(b"\n")[:-1])
