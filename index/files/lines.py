"""Reading a file by the numbers of its lines."""

from pathlib import Path

import numpy as np

from index.files.byte_ranges import FileRanges


class FileLines:
    """The lines of a file whose last line ends like the others. Only where they end is in memory.
    Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._file = FileRanges(path)
        data = np.frombuffer(self._file.read(0, self._file.size), np.uint8)
        self._starts = np.concatenate([[0], np.flatnonzero(data == ord("\n")) + 1])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:
        """Without its end."""
        start, end = self._starts[number : number + 2].tolist()
        return self._file.read(start, end - 1)
