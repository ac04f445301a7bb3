"""Limits: exact under concurrent requests, and a refusal consumes nothing."""

import asyncio
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limits.aio.storage import MemoryStorage
from pydantic import ValidationError

from bot.domain.errors import LimitedError
from bot.serving.limits import Limiter, Limits
from bot.wording.errors import error_line

PLENTY = "100000/minute"


class Clock:
    """A time of day in seconds that moves only when the test sets it."""

    def __init__(self) -> None:
        self.now = 1_935_000_000.25

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


class SlowStorage(MemoryStorage):
    """A storage that yields to other tasks before each step, as one across a network does."""

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        await asyncio.sleep(0)
        return await super().acquire_entry(key, limit, expiry, amount)

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        await asyncio.sleep(0)
        return await super().get_moving_window(key, limit, expiry)


def limits(**given: str) -> Limits:
    everything = dict.fromkeys(("per_user", "per_channel", "per_server", "overall"), PLENTY)
    return Limits(**everything | given)


async def admitted(limiter: Limiter, *request: int | None) -> bool:
    try:
        await limiter.admit(*request)  # type: ignore[arg-type]
    except LimitedError:
        return False
    return True


async def refusal(limiter: Limiter, *request: int | None) -> LimitedError:
    with pytest.raises(LimitedError) as refused:
        await limiter.admit(*request)  # type: ignore[arg-type]
    return refused.value


def wait_s(refused: LimitedError) -> float:
    wait = refused.details["wait"]
    assert isinstance(wait, timedelta)
    return wait.total_seconds()


# --- exact -----------------------------------------------------------------------------------


@pytest.mark.parametrize("storage", [MemoryStorage, SlowStorage])
@pytest.mark.parametrize("limit", ["per_user", "per_channel", "per_server", "overall"])
async def test_a_hundred_at_once_get_exactly_what_the_limit_allows(
    limit: str, storage: type[MemoryStorage]
) -> None:
    limiter = Limiter(limits(**{limit: "7/minute"}), storage())
    outcomes = await asyncio.gather(*(admitted(limiter, 1, 2, 3) for _ in range(100)))
    assert outcomes.count(True) == 7


async def test_a_refusal_consumes_nothing_anywhere() -> None:
    limiter = Limiter(
        limits(per_user="3/minute", per_channel="5/minute", per_server="9/minute"), SlowStorage()
    )
    flood = await asyncio.gather(*(admitted(limiter, 1, 10, 100) for _ in range(50)))
    assert flood.count(True) == 3
    others = await asyncio.gather(*(admitted(limiter, user, 10, 100) for user in range(2, 52)))
    assert others.count(True) == 5 - 3
    elsewhere = await asyncio.gather(*(admitted(limiter, user, 11, 100) for user in range(2, 52)))
    assert elsewhere.count(True) == 9 - 5
    # A user refused only by the channel and server limits still has the full user limit.
    alone = await asyncio.gather(*(admitted(limiter, 51, 12, 101) for _ in range(5)))
    assert alone.count(True) == 3


async def test_the_window_moves(clock: Clock) -> None:
    """Fixed windows would let twice the limit through at a boundary; this one does not."""
    limiter = Limiter(limits(per_user="2/minute"))
    for seconds, allowed in ((0, True), (50, True), (9, False), (2, True), (40, False), (10, True)):
        clock.now += seconds
        assert await admitted(limiter, 1, 2, 3) is allowed


async def test_several_limits_in_one_hold_together(clock: Clock) -> None:
    limiter = Limiter(limits(per_user="2/minute; 3/hour"))
    assert [await admitted(limiter, 1, 2, 3) for _ in range(3)] == [True, True, False]
    clock.now += 61
    assert [await admitted(limiter, 1, 2, 3) for _ in range(2)] == [True, False]
    clock.now += 61
    assert not await admitted(limiter, 1, 2, 3)


async def test_outside_of_servers_the_person_and_the_whole_are_limited() -> None:
    limiter = Limiter(
        limits(per_user="2/minute", per_channel="1/minute", per_server="1/minute", overall="3/hour")
    )
    assert [await admitted(limiter, 1, None, None) for _ in range(3)] == [True, True, False]
    assert [await admitted(limiter, 2, None, None) for _ in range(2)] == [True, False]


async def test_what_a_server_allows_one_person_holds_there_alone() -> None:
    limiter = Limiter(limits(per_user="2/minute"))
    assert [await admitted(limiter, 1, 10, 100, 4) for _ in range(5)] == [True] * 4 + [False]
    assert [await admitted(limiter, 1, 20, 200, 4) for _ in range(5)] == [True] * 4 + [False]
    assert [await admitted(limiter, 1, 30, 300) for _ in range(3)] == [True, True, False]
    assert [await admitted(limiter, 2, 10, 100, 1) for _ in range(2)] == [True, False]


async def test_what_a_server_allows_is_each_persons_own_and_told_as_such() -> None:
    limiter = Limiter(limits())
    assert [await admitted(limiter, user, 10, 100, 1) for user in (1, 2)] == [True, True]
    told = error_line(await refusal(limiter, 1, 10, 100, 1))
    assert told.startswith("You have used up your 1 question a minute: the next one is free in ")


Request = tuple[float, int, int, int]
requests = st.tuples(
    st.sampled_from([0.0, 0.37, 5.11, 23.7, 61.3]),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
)


@settings(max_examples=60, deadline=None)
@given(asked=st.lists(requests, max_size=40))
def test_it_decides_as_a_slow_obvious_count_does(asked: list[Request]) -> None:
    clock = Clock()

    async def ask() -> None:
        limiter = Limiter(
            Limits(
                per_user="3/minute", per_channel="4/minute", per_server="5/minute", overall="6/hour"
            )
        )
        counted: dict[tuple[str, int], list[float]] = defaultdict(list)
        for seconds, user, channel, server in asked:
            clock.now += seconds
            windows = (
                (("user", user), 3, 60),
                (("channel", channel), 4, 60),
                (("server", server), 5, 60),
                (("all", 0), 6, 3600),
            )
            allowed = all(
                sum(at > clock.now - span for at in counted[of]) < limit
                for of, limit, span in windows
            )
            assert await admitted(limiter, user, channel, server) is allowed
            if allowed:
                for of, _, _ in windows:
                    counted[of].append(clock.now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", clock)
        asyncio.run(ask())


# --- refusals --------------------------------------------------------------------------------


async def test_a_refusal_says_when_to_come_back_and_keeps_its_word(clock: Clock) -> None:
    limiter = Limiter(limits(per_user="2/minute"))
    await limiter.admit(1, 2, 3)
    clock.now += 20.5
    await limiter.admit(1, 2, 3)
    clock.now += 10
    refused = await refusal(limiter, 1, 2, 3)
    assert wait_s(refused) == pytest.approx(29.5)
    assert error_line(refused) == (
        "You have used up your 2 questions a minute: the next one is free in 30 seconds. "
        "Buttons and /help still work; /limits shows what you have left"
    )
    clock.now += 29
    assert error_line(await refusal(limiter, 1, 2, 3)).startswith(
        "You have used up your 2 questions a minute: the next one is free in 1 second"
    )
    clock.now += 1
    assert await admitted(limiter, 1, 2, 3)


@pytest.mark.parametrize(
    ("limit", "text", "message"),
    [
        ("per_user", "1/hour", "You have used up your 1 question an hour: the next one is free"),
        ("per_channel", "1/2 minutes", "This channel has used up its 1 question in 2 min"),
        ("per_channel", "1/5 minutes", "This channel has used up its 1 question in 5 min"),
        ("per_server", "1 per day", "This server has used up its 1 question a day: the next"),
        ("overall", "1/second", "I have answered my limit of 1 question a second: the next"),
    ],
)
async def test_a_refusal_names_the_limit(clock: Clock, limit: str, text: str, message: str) -> None:
    limiter = Limiter(limits(**{limit: text}))
    await limiter.admit(1, 2, 3)
    assert error_line(await refusal(limiter, 1, 2, 3)).startswith(message)


async def test_of_several_full_windows_the_longest_wait_is_told(clock: Clock) -> None:
    limiter = Limiter(limits(per_user="1/minute; 1/hour", per_server="1/day", overall="1/second"))
    await limiter.admit(1, 2, 3)
    refused = await refusal(limiter, 1, 2, 3)
    assert error_line(refused) == (
        "This server has used up its 1 question a day: the next one is free in 24 hours"
    )
    assert wait_s(refused) == pytest.approx(86_400)


async def test_of_windows_that_take_as_long_one_is_told(clock: Clock) -> None:
    limiter = Limiter(limits(per_user="1/minute", per_channel="1/minute"))
    await limiter.admit(1, 2, 3)
    clock.now += 59.5
    refused = await refusal(limiter, 1, 2, 3)
    assert "used up" in error_line(refused)
    assert wait_s(refused) == pytest.approx(0.5)


# --- memory ----------------------------------------------------------------------------------


async def test_windows_that_have_passed_are_dropped(clock: Clock) -> None:
    storage = MemoryStorage()
    limiter = Limiter(limits(), storage)
    for user in range(200):
        await limiter.admit(user, user, user)
    assert len(storage.events) == 3 * 200 + 1
    clock.now += 61
    await limiter.admit(1, 1, 1)
    assert storage.timer is not None
    await storage.timer
    assert len(storage.events) == 4
    assert [len(events) for events in storage.events.values()] == [1] * 4
    assert len(storage.locks) <= 4


async def test_who_is_refused_leaves_nothing_behind() -> None:
    storage = MemoryStorage()
    limiter = Limiter(limits(overall="1/hour"), storage)
    await limiter.admit(0, 0, 0)
    for user in range(1, 200):
        assert not await admitted(limiter, user, user, user)
    assert len(storage.events) == 4


# --- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["", "6", "0/minute", "6/moon", "6/minute; 0/hour", "-1/day"])
def test_a_limit_without_a_meaning_is_refused(limit: str) -> None:
    with pytest.raises(ValidationError):
        Limits(per_user=limit)
