"""Arrays written in place: their disk space is allocated before the first write."""

from pathlib import Path

import numpy as np
import pytest

from index.files.arrays import new_array, save_array


def test_a_new_array_has_its_room_and_is_read_back(tmp_path: Path) -> None:
    array = new_array(tmp_path / "a.npy", (1_000, 384), np.float16)
    status = (tmp_path / "a.npy").stat()
    assert status.st_blocks * 512 >= status.st_size >= array.nbytes
    array[3] = 1.5
    array.flush()
    again = np.load(tmp_path / "a.npy", mmap_mode="r", allow_pickle=False)
    assert again.shape == (1_000, 384)
    assert (again[3] == 1.5).all()
    assert not again[4:].any()


@pytest.mark.parametrize("shape", [(0, 3), (5, 3), (7,)])
def test_a_saved_array_is_the_file_that_numpy_writes(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    array = np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
    save_array(tmp_path / "ours.npy", array)
    np.save(tmp_path / "numpys.npy", array)
    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "numpys.npy").read_bytes()
