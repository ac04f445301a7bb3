"""Admission: all of a burst may wait, few during a lasting overload, and always at least one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.serving.admission import Admission, busy
from bot.wording.errors import error_line
from tests.bot.steered import Clock


def measured(admission: Admission, each_s: float, batches: int = 20) -> Admission:
    for _ in range(batches):
        admission.record_batch(10, 10 * each_s)
    return admission


def told(admission: Admission) -> str:
    return error_line(admission.refusal())


def test_all_of_a_burst_may_wait_and_few_once_somebody_was_refused() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    assert admission.room == 256
    admission.refusal()
    assert admission.room == 4
    clock.now += 0.9
    admission.record_empty()
    assert admission.room == 4  # more refusals may follow
    clock.now += 0.1
    assert admission.room == 256


def test_a_crowd_lasts_until_those_who_came_before_the_last_refusal_had_their_turn() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    admission.refusal()
    admission.record_empty()
    admission.refusal()
    clock.now += 60
    assert admission.room == 4
    admission.record_empty()
    assert admission.room == 256


def test_no_more_are_let_in_than_may_wait_behind() -> None:
    clock = Clock()
    queue = Admission(256, 1.0, clock)
    capacity = Admission(200, clock=clock, crowded=16, next_queue=queue)
    assert capacity.room == 200
    assert measured(queue, each_s=0.02).room == capacity.room == pytest.approx(50, abs=1)
    queue.refuse()
    assert (capacity.room, queue.room) == (7, 4)  # 7 wait for .15 s
    queue.record_empty()
    clock.now += 1
    assert capacity.room == queue.room == pytest.approx(50, abs=1)
    capacity.refuse()
    assert (capacity.room, queue.room) == (7, 50)
    # the measured speed also bounds the room during an overload
    assert (measured(queue, each_s=0.2).room, capacity.room) == (5, 4)
    assert (measured(queue, each_s=0.001).room, capacity.room) == (256, 16)


def test_who_is_told_later_makes_no_crowd_of_his_own() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    since = admission.refuse()
    clock.now += 20
    admission.record_empty()
    assert "again in 20 seconds" in error_line(busy(admission.delay(since)))
    assert admission.room == 256


def test_no_more_may_wait_than_are_answered_in_time() -> None:
    assert measured(Admission(256, 1.0), each_s=0.02).room == pytest.approx(50, abs=1)
    assert measured(Admission(256, 1.0), each_s=0.001).room == 256


def test_a_slow_start_or_a_slow_moment_locks_nobody_out() -> None:
    admission = Admission(256, 1.0)
    admission.record_batch(1, 30)
    assert admission.room == 256
    measured(admission, each_s=0.001)
    for _ in range(4):  # as during a rebuild
        admission.record_batch(1, 30)
    assert admission.room == 256


def test_what_is_slow_now_counts_and_what_was_slow_does_not() -> None:
    admission = measured(Admission(256, 1.0), each_s=0.001)
    assert measured(admission, each_s=0.1).room < 12
    assert measured(admission, each_s=0.001).room == 256


@given(
    most=st.integers(1, 500),
    max_wait_s=st.floats(1e-3, 1e6),
    batches=st.lists(st.tuples(st.integers(1, 32), st.floats(0, 1e9))),
    crowded=st.booleans(),
)
def test_somebody_may_always_wait_and_never_more_than_is_set(
    most: int, max_wait_s: float, batches: list[tuple[int, float]], crowded: bool
) -> None:
    admission = Admission(most, max_wait_s)
    for questions, took_s in batches:
        admission.record_batch(questions, took_s)
    if crowded:
        admission.refusal()
    assert 1 <= admission.room <= most


def test_the_longer_it_lasts_the_later_to_come_back() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    assert told(admission) == "Too many questions are waiting: ask again in 1 second"
    clock.now += 29.5
    assert told(admission).endswith("ask again in 30 seconds")
    clock.now += 3600
    assert told(admission).endswith("ask again in 60 seconds")
    clock.now += 60
    admission.record_empty()
    assert told(admission).endswith("ask again in 1 second")
