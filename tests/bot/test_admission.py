"""Who may wait: all of a burst, few of a load that lasts, and always somebody."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.serving.admission import Admission
from tests.bot.steered import Clock


def measured(admission: Admission, each_s: float, batches: int = 20) -> Admission:
    for _ in range(batches):
        admission.computed(10, 10 * each_s)
    return admission


def told(admission: Admission) -> str:
    return admission.refusal().user_message


def test_all_of_a_burst_may_wait_and_few_once_somebody_was_refused() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    assert admission.room == 256
    admission.refusal()
    assert admission.room == 4
    clock.now += 0.9
    admission.nobody_waits()
    assert admission.room == 4  # there may be more who are refused
    clock.now += 0.1
    assert admission.room == 256


def test_a_crowd_lasts_until_those_who_came_before_the_last_refusal_had_their_turn() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    admission.refusal()
    admission.nobody_waits()
    admission.refusal()
    clock.now += 60
    assert admission.room == 4
    admission.nobody_waits()
    assert admission.room == 256


def test_no_more_are_let_in_than_may_wait_behind() -> None:
    clock = Clock()
    queue = Admission(256, 1.0, clock)
    door = Admission(200, clock=clock, crowded=16, behind=queue)
    assert door.room == 200
    assert measured(queue, each_s=0.02).room == door.room == pytest.approx(50, abs=1)
    queue.refuse()
    assert (door.room, queue.room) == (16, 4)
    queue.nobody_waits()
    clock.now += 1
    assert door.room == queue.room == pytest.approx(50, abs=1)
    door.refuse()
    assert (door.room, queue.room) == (16, 50)
    assert measured(queue, each_s=0.2).room == door.room == 5  # no more of a crowd, either


def test_who_is_told_later_makes_no_crowd_of_his_own() -> None:
    clock = Clock()
    admission = Admission(256, math.inf, clock)
    since = admission.refuse()
    clock.now += 20
    admission.nobody_waits()
    assert "again in 20 seconds" in admission.refusal(since).user_message
    assert admission.room == 256


def test_no_more_may_wait_than_are_answered_in_time() -> None:
    assert measured(Admission(256, 1.0), each_s=0.02).room == pytest.approx(50, abs=1)
    assert measured(Admission(256, 1.0), each_s=0.001).room == 256


def test_a_slow_start_or_a_slow_moment_locks_nobody_out() -> None:
    admission = Admission(256, 1.0)
    admission.computed(1, 30)
    assert admission.room == 256
    measured(admission, each_s=0.001)
    for _ in range(4):  # beside a rebuild, say
        admission.computed(1, 30)
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
        admission.computed(questions, took_s)
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
    admission.nobody_waits()
    assert told(admission).endswith("ask again in 1 second")
