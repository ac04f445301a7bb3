"""Cached vectors: found again or encoded again, never wrong ones."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.errors import BuildError
from index.stores.vector_cache import VectorCache, keys_of
from tests.damage import flip

DIMENSION = 8


def vectors(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float16)


def filled(folder: Path, count: int = 5) -> VectorCache:
    cache = VectorCache(folder, DIMENSION)
    cache.append(keys_of(map(str, range(count))), vectors(count))
    cache.refresh()
    return cache


def test_what_was_appended_is_found_also_by_the_next_run(tmp_path: Path) -> None:
    for cache in (filled(tmp_path / "c"), VectorCache(tmp_path / "c", DIMENSION)):
        rows = cache.find(keys_of(["3", "unknown", "0"]))
        assert rows[1] == -1
        assert (cache.vectors(rows[[0, 2]]) == vectors(5)[[3, 0]]).all()
        assert len(cache) == 5


def test_an_empty_cache_knows_nothing(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "c", DIMENSION)
    assert cache.find(keys_of(["a"])).tolist() == [-1]
    assert cache.find(keys_of([])).tolist() == []
    assert cache.vectors(np.zeros(0, np.int64)).shape == (0, DIMENSION)


@pytest.mark.parametrize("missing", range(1, 21))
@pytest.mark.parametrize("name", ["keys.bin", "vectors.bin"])
def test_what_a_killed_run_has_half_written_is_left_out(
    tmp_path: Path, name: str, missing: int
) -> None:
    filled(tmp_path / "c")
    path = tmp_path / "c" / name
    path.write_bytes(path.read_bytes()[:-missing])
    cache = VectorCache(tmp_path / "c", DIMENSION)
    whole = 4 if missing <= (20 if name == "keys.bin" else 16) else 3
    assert (cache.find(keys_of(map(str, range(5)))) >= 0).tolist() == [n < whole for n in range(5)]
    cache.append(keys_of(["new"]), vectors(1, 9))
    cache.refresh()
    assert (cache.vectors(cache.find(keys_of(["new"]))) == vectors(1, 9)).all()


def test_what_was_forgetting_as_it_was_killed_leaves_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    for name in ("keys.new", "vectors.new"):
        (tmp_path / name).write_bytes(b"half")
    assert len(VectorCache(tmp_path, DIMENSION)) == 5
    assert {path.name for path in tmp_path.iterdir()} == {"keys.bin", "vectors.bin"}


def test_a_damaged_vector_is_not_found(tmp_path: Path) -> None:
    filled(tmp_path / "c")
    path = tmp_path / "c" / "vectors.bin"
    flip(path)
    changed = np.fromfile(path, np.float16).reshape(5, DIMENSION).view(np.uint16)
    intact = (changed == vectors(5).view(np.uint16)).all(axis=1)
    assert intact.sum() == 4
    cache = VectorCache(tmp_path / "c", DIMENSION)
    assert (cache.find(keys_of(map(str, range(5)))) >= 0).tolist() == intact.tolist()


def test_what_is_added_in_place_of_a_damaged_one_is_found(tmp_path: Path) -> None:
    filled(tmp_path / "c")
    path = tmp_path / "c" / "vectors.bin"
    path.write_bytes(bytes(3 * 16) + path.read_bytes()[3 * 16 :])
    cache = VectorCache(tmp_path / "c", DIMENSION)
    keys = keys_of(map(str, range(5)))
    assert cache.find(keys).tolist() == [-1, -1, -1, 3, 4]
    cache.append(keys[:3], vectors(5)[:3])
    cache.refresh()
    assert (cache.vectors(cache.find(keys)) == vectors(5)).all()


def test_a_key_belongs_to_its_vector_alone(tmp_path: Path) -> None:
    filled(tmp_path / "c")
    path = tmp_path / "c" / "keys.bin"
    data = path.read_bytes()
    path.write_bytes(data[20:36] + data[16:])  # the first gets the second's hash
    assert VectorCache(tmp_path / "c", DIMENSION).find(keys_of(["0", "1"])).tolist() == [-1, 1]


@pytest.mark.parametrize("link", ["", "keys.bin", "vectors.bin"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    filled(elsewhere)
    before = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    (tmp_path / "index").mkdir()
    folder = tmp_path / "index" / "c"
    if link:
        folder.mkdir()
        (folder / link).symlink_to(elsewhere / link)
    else:
        folder.symlink_to(elsewhere)
    with pytest.raises(BuildError, match="is a link"):
        VectorCache(folder, DIMENSION)
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == before


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("name", ["keys.bin", "vectors.bin"])
def test_what_is_no_file_is_told(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    filled(tmp_path / "c")
    path = tmp_path / "c" / name
    path.unlink()
    make(path)
    with pytest.raises(BuildError, match=f"{name} is in the way .*remove it"):
        VectorCache(tmp_path / "c", DIMENSION)


@pytest.mark.parametrize("at_once", [1, 10_000])
def test_only_what_is_kept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("index.stores.vector_cache._AT_ONCE", at_once)
    cache = filled(tmp_path / "c")
    cache.keep_only(keys_of(["4", "unknown", "1"]))
    for each in (cache, VectorCache(tmp_path / "c", DIMENSION)):
        rows = each.find(keys_of(map(str, range(5))))
        assert (rows >= 0).tolist() == [False, True, False, False, True]
        assert (each.vectors(rows[[1, 4]]) == vectors(5)[[1, 4]]).all()
    assert {path.name for path in (tmp_path / "c").iterdir()} == {"keys.bin", "vectors.bin"}
