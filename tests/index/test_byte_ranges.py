"""Reading a file by ranges: the same bytes, mapped or not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.files.byte_ranges import FileRanges
from index.files.lines import FileLines
from index.stores.dense import StoredVectors


@pytest.mark.parametrize("mapped_up_to", [0, 10_000])
def test_ranges_are_the_files_bytes_also_from_several_threads(
    tmp_path: Path, mapped_up_to: int
) -> None:
    data = bytes(number * 7 % 251 for number in range(10_000))
    (tmp_path / "file").write_bytes(data)
    file = FileRanges(tmp_path / "file", mapped_up_to)
    assert file.size == 10_000
    ranges = [(start, start + start % 90) for start in range(0, 9_900, 13)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: [file.read(*each) for each in ranges], range(8)):
            assert found == [data[start:end] for start, end in ranges]


@pytest.mark.parametrize("mapped_up_to", [0, 10**9])
def test_stored_vectors_are_read_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapped_up_to: int
) -> None:
    monkeypatch.setattr(FileRanges.__init__, "__defaults__", (mapped_up_to,))
    table = np.random.default_rng(3).normal(size=(50, 24)).astype(np.float16)
    np.save(tmp_path / "vectors.npy", table)
    stored = StoredVectors(tmp_path / "vectors.npy")
    assert len(stored) == 50
    rows = np.array([49, 0, 7, 7])
    np.testing.assert_array_equal(stored.vectors(rows), table[rows].astype(np.float32))
    assert stored.vectors(rows[:0]).shape == (0, 24)


@pytest.mark.parametrize("lines", [[], [b""], [b"one", b"", "zw\xf6lf".encode()]])
def test_lines_are_read_by_number(tmp_path: Path, lines: list[bytes]) -> None:
    (tmp_path / "file").write_bytes(b"".join(line + b"\n" for line in lines))
    file = FileLines(tmp_path / "file")
    assert [file[number] for number in range(len(file))] == lines
    assert list(file) == lines
