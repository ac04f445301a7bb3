"""Arrays that are written to disk in place, without ever being whole in memory."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def new_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> "np.memmap[Any, Any]":
    """A new .npy file, mapped for writing. Its room on the disk is taken now: where the disk is
    full that is an OSError, while writing to a mapped file that cannot grow would end the
    process."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=shape)
    if hasattr(os, "posix_fallocate"):  # which macOS lacks
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def save_array(path: Path, array: NDArray[Any]) -> None:
    """As a new .npy file. Not np.save(path): where the disk is full only as that closes the file,
    it says nothing, and the array is cut off."""
    table = new_array(path, array.shape, array.dtype)
    table[:] = array
    table.flush()
