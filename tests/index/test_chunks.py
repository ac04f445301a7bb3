"""Chunks: every text is given out, again after a loss, and to a second worker at the end."""

import pytest

from index.building.chunks import Chunks
from index.errors import BuildError


def test_every_text_is_in_one_chunk() -> None:
    chunks = Chunks(10)
    rows: list[int] = []
    for worker in "abc":
        chunk = chunks.take(worker, 4)
        assert chunk is not None
        rows += chunk
        assert chunks.finish(chunk)
    assert rows == list(range(10))
    assert not chunks.unfinished
    assert chunks.take("a", 4) is None


def test_no_text_needs_no_worker() -> None:
    assert not Chunks(0).unfinished


def test_a_lost_chunk_is_given_out_again() -> None:
    chunks = Chunks(6)
    lost, other = chunks.take("dead", 3), chunks.take("alive", 3)
    assert lost == range(3)
    assert other == range(3, 6)
    chunks.lose(lost, "dead")
    chunks.finish(other)
    assert chunks.unfinished
    assert chunks.take("alive", 100) == lost
    chunks.finish(lost)
    assert not chunks.unfinished


def test_an_idle_worker_gets_a_chunk_that_another_has_not_begun_and_the_first_result_counts() -> (
    None
):
    chunks = Chunks(4)
    begun, waiting = chunks.take("slow", 2), chunks.take("slow", 2)
    assert begun is not None
    assert waiting is not None
    assert chunks.take("fast", 2) == waiting
    assert chunks.take("third", 2) == begun
    assert chunks.take("fourth", 2) is None
    assert chunks.finish(waiting)
    assert not chunks.finish(waiting)
    assert chunks.finish(begun)
    assert not chunks.unfinished


def test_a_chunk_with_two_holders_survives_the_loss_of_one() -> None:
    chunks = Chunks(2)
    chunk = chunks.take("a", 2)
    assert chunk is not None
    assert chunks.take("b", 2) == chunk
    chunks.lose(chunk, "a")
    assert chunks.take("b", 2) is None
    assert chunks.finish(chunk)
    chunks.lose(chunk, "b")
    assert not chunks.unfinished


def test_a_chunk_that_kills_its_workers_ends_the_build() -> None:
    chunks = Chunks(5)
    for worker in ("a", "b"):
        chunk = chunks.take(worker, 5)
        assert chunk is not None
        chunks.lose(chunk, worker)
    last = chunks.take("c", 5)
    assert last is not None
    with pytest.raises(BuildError, match="the same 5 sentences: give the workers more memory"):
        chunks.lose(last, "c")
