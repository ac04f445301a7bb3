"""Degradations: each is shown until it is cleared, and logged once."""

import logging
import threading

import pytest

from bot.monitoring.degradations import Degradations, Part


def test_each_change_is_told_once_and_the_beginning_stays() -> None:
    degraded = Degradations()
    degraded.set(Part.STORE, "the disk is full")
    [first] = degraded.current
    degraded.set(Part.STORE, "the disk is full")
    assert degraded.current == (first,)
    degraded.set(Part.STORE, "the file is gone")
    [second] = degraded.current
    assert (second.message, second.since) == ("the file is gone", first.since)
    degraded.clear(Part.STORE)
    degraded.clear(Part.STORE)
    assert not degraded.current


def test_one_of_a_part_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    degraded = Degradations()
    for server in ("server 1", "server 2"):
        degraded.set(Part.DIGESTS, f"refused in {server}", of=server)
    degraded.clear(Part.DIGESTS, of="server 1")
    degraded.clear(Part.DIGESTS)
    [left] = degraded.current
    assert (left.of, left.message) == ("server 2", "refused in server 2")
    assert caplog.messages[-1] == "digests of server 1 works again"


def test_the_log_has_a_line_a_change(caplog: pytest.LogCaptureFixture) -> None:
    degraded = Degradations()
    with caplog.at_level(logging.WARNING):
        for message in ("full", "full", "gone"):
            degraded.set(Part.STORE, message)
        degraded.clear(Part.REDIS)
        degraded.clear(Part.STORE)
        degraded.clear(Part.STORE)
    assert caplog.messages == [
        "degraded, store: full",
        "degraded, store: gone",
        "store works again",
    ]


def test_threads_that_tell_the_same_tell_it_once(caplog: pytest.LogCaptureFixture) -> None:
    degraded, ready = Degradations(), threading.Barrier(8)

    def tell() -> None:
        ready.wait()
        degraded.set(Part.REDIS, "gone")

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert caplog.messages == ["degraded, redis: gone"]


def test_they_stand_in_the_order_of_the_parts() -> None:
    degraded = Degradations()
    for part in reversed(Part):
        degraded.set(part, "x")
    assert [each.part for each in degraded.current] == list(Part)
