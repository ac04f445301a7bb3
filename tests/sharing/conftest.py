"""Links to a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from redis import Redis

from bot.monitoring.degradations import Degradations
from bot.sharing.link import RedisLink
from tests.hang_guard import HANG_S
from tests.sharing.redis_server import RedisServer, redis_server


@pytest.fixture
def absent() -> Iterator[RedisServer]:
    """Yield a Redis that is not started."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(absent: RedisServer) -> RedisServer:
    absent.start()
    return absent


@pytest.fixture
def degraded() -> Degradations:
    return Degradations()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sharing.link._FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr("bot.sharing.link._LONGEST_PAUSE_S", 0.05)


@asynccontextmanager
async def linked(server: RedisServer, degraded: Degradations) -> AsyncIterator[RedisLink]:
    async with RedisLink.open(SecretStr(server.url), degraded) as link:
        yield link


def keys_of(admin: Redis, pattern: str) -> list[bytes]:
    keys = admin.keys(pattern)
    assert isinstance(keys, list)
    return keys


async def until(probe: Callable[[], bool]) -> None:
    """Poll for the condition, since a process sends no event when it notices something. Raises
    TimeoutError if it stays false."""
    async with asyncio.timeout(HANG_S):
        while not probe():  # noqa: ASYNC110 - see the docstring
            await asyncio.sleep(0.01)
