"""The vectors' exact search against numpy, and files that are whole or refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dense import DenseIndex, Vectors


def unit_vectors(rows: int, dimension: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@given(
    rows=st.integers(1, 60),
    dimension=st.sampled_from([2, 7, 384]),
    k=st.integers(1, 80),
    seed=st.integers(0, 999),
)
def test_search_is_the_sorted_list_of_all_products(
    rows: int, dimension: int, k: int, seed: int
) -> None:
    vectors, queries = unit_vectors(rows, dimension, seed), unit_vectors(3, dimension, seed + 1000)
    index = DenseIndex.of(vectors)
    scores, found = index.search(queries, k)
    products = queries @ vectors.T
    assert scores.shape == found.shape == (3, min(k, rows))
    np.testing.assert_allclose(scores, -np.sort(-products, axis=1)[:, :k], atol=1e-5)
    np.testing.assert_allclose(scores, np.take_along_axis(products, found, axis=1), atol=1e-5)
    assert all(len(set(row)) == len(row) for row in found.tolist())
    assert (len(index), index.dimension) == (rows, dimension)


def test_vectors_come_back_as_they_were_after_saving(tmp_path: Path) -> None:
    vectors = unit_vectors(9, 16, 0)
    DenseIndex.of(vectors).save(tmp_path / "v.faiss")
    index = DenseIndex.load(tmp_path / "v.faiss")
    rows = np.array([8, 0, 3, 3])
    assert (index.vectors(rows) == vectors[rows]).all()
    assert index.search(vectors, 1)[1].ravel().tolist() == list(range(9))


@pytest.mark.parametrize("missing", [1, 100, 600, 3000])
def test_a_file_that_the_disk_cuts_off_is_an_error(tmp_path: Path, missing: int) -> None:
    """FAISS itself says nothing where only the last bytes did not fit."""
    program = f"""
import resource, sys
from pathlib import Path
import numpy as np
from index.dense import DenseIndex
index, path = DenseIndex.of(np.ones((3, 384), np.float32)), Path(sys.argv[1])
index.save(path)
limit = path.stat().st_size - {missing}
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    index.save(path)
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "v.faiss")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "File too large\n", "")
