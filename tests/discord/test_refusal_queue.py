"""Refusals to a crowd: the latest arrivals are refused first, and no refusal is sent too late."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.discord.overload import RefusalQueue
from tests.bot.steered import Clock

_AT_ONCE, _PER_TURN, _WAITING = 16, 4, 64


class Crowd:
    """Callers who are refused; each refusal lasts until `open` is called."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.refusal_queue = RefusalQueue(self.clock)
        self.told: list[int] = []
        self.doors = asyncio.Event()

    async def come(self, *numbers: int) -> None:
        for number in numbers:
            self.tell(number)
        await self._rest()

    def tell(self, number: int) -> None:
        self.refusal_queue.tell(lambda: self._hear(number))

    async def open(self) -> None:
        self.doors.set()
        await self._rest()

    async def _hear(self, number: int) -> None:
        self.told.append(number)
        await self.doors.wait()

    async def _rest(self) -> None:
        for _ in range(3 * _WAITING):  # more steps than necessary
            await asyncio.sleep(0)


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.refusal_queue.close()


async def test_who_came_last_is_told_next(crowd: Crowd) -> None:
    await crowd.come(*range(_AT_ONCE))
    await crowd.come(16, 17, 18)
    assert crowd.told == [*reversed(range(_AT_ONCE))]
    await crowd.open()
    assert crowd.told[_AT_ONCE:] == [18, 17, 16]


async def test_few_are_started_in_one_turn_of_the_event_loop(crowd: Crowd) -> None:
    for number in range(_AT_ONCE):
        crowd.tell(number)
    await asyncio.sleep(0)
    assert len(crowd.told) == _PER_TURN
    await crowd.come()
    assert len(crowd.told) == _AT_ONCE


async def test_of_more_than_can_wait_those_who_came_first_go_untold(crowd: Crowd) -> None:
    await crowd.come(*range(_AT_ONCE))
    await crowd.come(*range(_AT_ONCE, 100 + _WAITING))
    await crowd.open()
    assert crowd.told[_AT_ONCE:] == [*reversed(range(100, 100 + _WAITING))]


async def test_nobody_is_told_too_late(crowd: Crowd) -> None:
    await crowd.come(*range(_AT_ONCE))
    await crowd.come(16)
    crowd.clock.now += 2
    await crowd.come(17)
    crowd.clock.now += 1
    await crowd.open()
    assert crowd.told[_AT_ONCE:] == [17]


async def test_who_comes_after_a_crowd_is_told_at_once(crowd: Crowd) -> None:
    await crowd.come(*range(20))
    await crowd.open()
    crowd.clock.now += 10
    await crowd.come(20)
    assert crowd.told[-1] == 20
