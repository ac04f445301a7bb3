"""Arrays on disk: written in place, or saved whole."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def new_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> "np.memmap[Any, Any]":
    """Create a .npy file, memory-mapped for writing. Its disk space is allocated now: a full disk
    raises OSError here, while a write to a mapped file that cannot grow would kill the process."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=shape)
    if hasattr(os, "posix_fallocate"):  # missing on macOS
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Save the array as a new .npy file. Raises OSError if the disk is full; np.save(path) would
    truncate the array without an error if the disk fills up as it closes the file."""
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        file.write(array.data)
