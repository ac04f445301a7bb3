"""Exact and compressed vector search compared with numpy; truncated writes raise."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.models import DenseType
from index.stores import dense
from index.stores.dense import (
    DenseIndex,
    StoredVectors,
    Vectors,
    mean_vectors,
    recall,
    type_for,
)


def unit_vectors(rows: int, dimension: int, seed: int) -> Vectors:
    return as_kept(np.random.default_rng(seed).normal(size=(rows, dimension)))


def as_kept(vectors: NDArray[np.float64]) -> Vectors:
    """Normalise the vectors and round them to 16 bits, as they are stored."""
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float16).astype(np.float32)


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
    """FAISS itself reports nothing if only the last bytes did not fit."""
    program = f"""
import resource, sys
from pathlib import Path
import numpy as np
from index.stores.dense import DenseIndex
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


def clustered(rows: int, seed: int, dimension: int = 32) -> Vectors:
    """Make vectors clustered like sentences: noise around 100 topics."""
    chance = np.random.default_rng(seed)
    topics = chance.normal(size=(100, dimension))
    near = topics[chance.integers(0, 100, rows)] + 0.4 * chance.normal(size=(rows, dimension))
    return as_kept(near)


def test_a_compressed_index_finds_nearly_what_an_exact_one_does(tmp_path: Path) -> None:
    vectors, queries = clustered(5_000, 1), clustered(50, 2)
    DenseIndex.of(vectors, DenseType.COMPRESSED).save(tmp_path / "small")
    DenseIndex.of(vectors).save(tmp_path / "exact")
    assert (tmp_path / "small").stat().st_size < 0.6 * (tmp_path / "exact").stat().st_size
    small, exact = DenseIndex.load(tmp_path / "small"), DenseIndex.load(tmp_path / "exact")
    assert (len(small), small.dimension) == (5_000, 32)
    assert recall(exact, vectors, queries) == 1
    assert 0.9 < recall(small, vectors, queries) <= 1
    scores, rows = small.search(queries, 10)
    found = np.take_along_axis(queries @ vectors.T, rows, axis=1)
    np.testing.assert_allclose(scores, found, atol=0.02)
    np.testing.assert_allclose(small.vectors(rows[0]), vectors[rows[0]], atol=0.02)


def test_a_very_large_index_scans_a_part_of_its_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_IN_LISTS_FROM", 20_000)
    monkeypatch.setattr(dense, "_EXACT_UP_TO", 100)
    random = np.random.default_rng(3)
    near = random.standard_normal((100, 64))[random.integers(0, 100, 20_000)]
    vectors = as_kept(near + random.standard_normal((20_000, 64)))
    smaller = DenseIndex.of(vectors[:1000], DenseType.COMPRESSED)
    smaller.save(tmp_path / "smaller")
    assert not dense.suits(tmp_path / "smaller", len(vectors))
    index = DenseIndex.of(vectors, DenseType.COMPRESSED)
    asked = as_kept(vectors[:50] + 0.05 * random.standard_normal((50, 64)))
    assert recall(index, vectors, asked) > 0.95
    index.save(tmp_path / "index")
    assert dense.suits(tmp_path / "index", len(vectors))
    loaded = DenseIndex.load(tmp_path / "index")
    assert np.array_equal(loaded.search(asked, 10)[1], index.search(asked, 10)[1])
    again = DenseIndex.of(vectors, DenseType.COMPRESSED, tmp_path / "index")
    assert np.array_equal(again.search(asked, 10)[1], index.search(asked, 10)[1])
    everything = loaded.search(asked[:1], len(vectors))[1][0]
    assert sorted(everything.tolist()) == list(range(len(vectors)))
    # The admitted rows are far from the query, so most are in lists that a search leaves out.
    admitted = np.zeros(len(vectors), np.bool_)
    admitted[np.argsort(vectors @ asked[0])[:200]] = True
    found = loaded.nearest(asked[0], 150, admitted)
    assert len(found) == 150
    assert admitted[found].all()


def test_an_index_can_scan_all_of_its_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_IN_LISTS_FROM", 20_000)
    monkeypatch.setattr(dense, "_LISTS_SCANNED", 1)
    vectors, asked = unit_vectors(20_000, 32, 3), unit_vectors(50, 32, 4)
    index = DenseIndex.of(vectors, DenseType.COMPRESSED)
    assert recall(index, vectors, asked) < 0.5
    assert index.scan_all_lists()
    assert recall(index, vectors, asked) > 0.8
    assert not index.scan_all_lists()
    index.save(tmp_path / "index")
    assert not DenseIndex.load(tmp_path / "index").scan_all_lists()
    assert not DenseIndex.of(vectors[:1000], DenseType.COMPRESSED).scan_all_lists()


def test_recall_is_the_share_of_what_is_found_that_is_as_near_as_the_nearest() -> None:
    vectors, queries = clustered(3_000, 3), clustered(20, 4)
    half = DenseIndex.of(np.concatenate([vectors[:1500], np.zeros((1500, 32), np.float32)]))
    least = np.sort(queries @ vectors.T, axis=1)[:, -10]
    found = half.search(queries, 100)[1][:, :10]
    near = np.take_along_axis(queries @ vectors.T, found, axis=1) >= least[:, None] - 1e-5
    assert 0.2 < near.mean() < 0.8
    assert recall(half, vectors, queries) == pytest.approx(near.mean())
    assert recall(DenseIndex.of(vectors[:4]), vectors[:4], queries) == 1
    copies = np.repeat(vectors[:100], 30, axis=0)  # any of the copies counts as found
    assert recall(DenseIndex.of(copies[::-1].copy()), copies[::-1], queries) == 1


@pytest.mark.parametrize(
    ("sentences", "dimension", "kind"),
    [
        (1, 384, DenseType.EXACT),
        (20_000, 384, DenseType.EXACT),
        (20_001, 384, DenseType.COMPRESSED),
        (1_000_000, 384, DenseType.COMPRESSED),
        (1_000_000, 383, DenseType.EXACT),  # not a multiple of four
        (1_000_000, 386, DenseType.EXACT),
    ],
)
def test_many_sentences_are_compressed(sentences: int, dimension: int, kind: DenseType) -> None:
    assert type_for(sentences, dimension) is kind


def test_a_passages_vector_has_the_direction_of_its_sentences_mean(tmp_path: Path) -> None:
    sentences, starts = unit_vectors(7, 16, 5), np.array([0, 1, 4])
    means = mean_vectors(sentences, starts)
    for mean, part in zip(means, (sentences[:1], sentences[1:4], sentences[4:]), strict=True):
        expected = part.mean(axis=0)
        np.testing.assert_allclose(mean, expected / np.linalg.norm(expected), atol=1e-6)
    np.save(tmp_path / "stored.npy", means.astype(np.float16))
    stored = StoredVectors(tmp_path / "stored.npy")
    assert len(stored) == 3
    np.testing.assert_allclose(stored.vectors(np.array([2, 0])), means[[2, 0]], atol=1e-3)
