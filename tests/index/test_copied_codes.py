"""Copied codes: byte for byte those that encoding all vectors would make."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.models import DenseType
from index.stores import dense
from index.stores.copied_codes import copied_codes, recall_of_codes
from index.stores.dense import DenseIndex, Vectors, recall
from tests.index.test_dense import clustered


def saved(vectors: Vectors, path: Path) -> Path:
    DenseIndex.of(vectors, DenseType.COMPRESSED).save(path)
    return path


# The codes are in blocks of 32 rows.
@pytest.mark.parametrize("first", [0, 1, 31, 32, 40])
@pytest.mark.parametrize("added", [0, 1, 33])
def test_copied_codes_are_those_of_all_vectors(tmp_path: Path, first: int, added: int) -> None:
    vectors, more = clustered(1000, 1), clustered(added, 2)
    earlier = saved(vectors, tmp_path / "earlier")
    rows = np.concatenate([np.arange(first, 700), np.full(added, -1), np.arange(650, 1000)])
    wanted = vectors[rows]
    wanted[rows < 0] = more
    index = copied_codes(earlier, rows, more)
    assert index is not None
    DenseIndex(index).save(tmp_path / "copied")
    DenseIndex.of(wanted, DenseType.COMPRESSED, earlier).save(tmp_path / "encoded")
    assert (tmp_path / "copied").read_bytes() == (tmp_path / "encoded").read_bytes()


def test_codes_in_lists_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "_IN_LISTS_FROM", 1000)
    monkeypatch.setattr(dense, "_LISTS", 4)
    earlier = saved(clustered(1000, 1), tmp_path / "earlier")
    assert copied_codes(earlier, np.arange(1000), clustered(0, 2)) is None


def test_the_recall_of_codes_is_that_of_the_index(tmp_path: Path) -> None:
    vectors, queries = clustered(5000, 1), clustered(50, 2)
    earlier = saved(vectors, tmp_path / "earlier")
    index = copied_codes(earlier, np.arange(5000), clustered(0, 2))
    assert index is not None
    real = recall(DenseIndex(index), vectors, queries)
    assert recall_of_codes(index, queries) == pytest.approx(real, abs=0.03)
    base = faiss.downcast_index(index.base_index)
    base.reset()
    base.add(vectors[::-1].copy())  # now it finds other rows than the nearest
    assert recall_of_codes(index, queries) < 0.5
