"""The way to Redis, which may be gone at any time: who needs it goes on without, at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.domain.errors import SettingsError
from bot.monitoring.degradations import Degradations, Part

_TIMEOUT_S = (
    0.08  # it answers within a millisecond; this is what losing it costs who asks just then
)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0  # between the attempts to have it back
_AT_ONCE = 16  # connections
_ALIVE, _ALIVE_S = "dealbot:alive", 60

_Done = TypeVar("_Done")

_log = logging.getLogger(__name__)


class AwayError(Exception):
    """Redis is away. Never leaves this package: whoever meets it does without."""


class Link:
    """Use as `async with Link.open(...)`. Only who asks in the moment in which Redis is lost waits
    for it; until a task of our own has found it again, all others are told at once."""

    def __init__(self, url: str, degraded: Degradations) -> None:
        try:
            # Here: who has no Redis need not have the library.
            from redis.asyncio import Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
            from redis.exceptions import RedisError
        except ImportError as error:
            raise SettingsError(
                "redis_url is set, but the library is missing: pip install 'dealbot[redis]'"
            ) from error
        # The last is of a client that reads what it did not expect.
        self._failures = (RedisError, OSError, TimeoutError, ValueError)
        self.client: Redis = Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            max_connections=2 * _AT_ONCE,
        )
        self._place = _without_credentials(url)
        self._degraded = degraded
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._lost = asyncio.Event()
        self._back_at = float("-inf")

    @classmethod
    @asynccontextmanager
    async def open(cls, url: SecretStr, degraded: Degradations) -> AsyncIterator[Self]:
        """Also where there is no Redis, which is told, and may come later."""
        link = cls(url.get_secret_value(), degraded)
        with suppress(AwayError):
            await link.run(link._check)
        watching = asyncio.create_task(link._keep_looking(), name="redis")
        try:
            yield link
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await link.client.aclose()

    async def run(self, command: Callable[[], Awaitable[_Done]]) -> _Done:
        """What the command returns. Raises AwayError where Redis is away or fails."""
        async with self._few:
            if self._lost.is_set():
                raise AwayError
            try:
                return await command()
            except self._failures as error:
                self._lose(error)
                raise AwayError from error

    async def _check(self) -> Any:
        """Writes: one that is full, or a copy that is only read, would pass a ping."""
        return await self.client.set(_ALIVE, 1, ex=_ALIVE_S)

    def _lose(self, error: Exception) -> None:
        if self._lost.is_set():
            return  # others were on their way
        self._lost.set()
        # Only the kind of failure: some of the library's messages repeat what they were given.
        self._degraded.set(
            Part.REDIS,
            f"Redis at {self._place} fails ({type(error).__name__}): this process keeps limits of "
            "its own and computes every answer itself, until Redis is back",
        )

    async def _keep_looking(self) -> None:
        loop, pause_s = asyncio.get_running_loop(), _FIRST_PAUSE_S
        while True:
            await self._lost.wait()
            if loop.time() - self._back_at > _LONGEST_PAUSE_S:  # one that stood is new trouble
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            with suppress(*self._failures):
                # What is left of connections from before leads nowhere.
                await self.client.connection_pool.disconnect(inuse_connections=False)
                await self._check()
                self._back_at = loop.time()
                self._lost.clear()
                self._degraded.clear(Part.REDIS)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else parts.netloc.rpartition("@")[2]
