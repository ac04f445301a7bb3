"""Connection to Redis, which may fail at any time; callers then go on without it, at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.domain.errors import SettingsError
from bot.monitoring.degradations import Degradations, Part

# Redis answers within a millisecond. A request at the moment of a failure waits this long.
_TIMEOUT_S = 0.08
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0  # between attempts to reconnect
_AT_ONCE = 16  # connections
_ALIVE, _ALIVE_S = "dealbot:alive", 60

_Done = TypeVar("_Done")

_log = logging.getLogger(__name__)


class RedisUnavailableError(Exception):
    """Failure of Redis. It never leaves this package: callers go on without Redis."""


class RedisLink:
    """Connection to Redis. Use as `async with Link.open(...)`. Only requests at the moment of the
    failure wait, for the timeout of 80 ms. All later ones fail at once, until a background task has
    reconnected."""

    def __init__(self, url: str, degraded: Degradations) -> None:
        try:
            # Imported here: the library is optional.
            from redis.asyncio import Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
            from redis.exceptions import RedisError
        except ImportError as error:
            raise SettingsError(
                "redis_url is set, but the library is missing: pip install 'dealbot[redis]'"
            ) from error
        # The client raises ValueError when it reads an unexpected reply.
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
        """Open the connection, even while Redis is unavailable: that is reported as a degradation,
        and the connection follows later."""
        link = cls(url.get_secret_value(), degraded)
        with suppress(RedisUnavailableError):
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
        """Run the command and return its result. Raises RedisUnavailableError if Redis is
        unavailable or fails."""
        async with self._few:
            if self._lost.is_set():
                raise RedisUnavailableError
            try:
                return await command()
            except self._failures as error:
                self._lose(error)
                raise RedisUnavailableError from error

    async def _check(self) -> Any:
        """Test Redis with a write: a full server, or a read-only replica, would pass a ping."""
        return await self.client.set(_ALIVE, 1, ex=_ALIVE_S)

    def _lose(self, error: Exception) -> None:
        if self._lost.is_set():
            return  # a concurrent command has reported it
        self._lost.set()
        # Name only the type of the error: some of the library's messages repeat their input.
        self._degraded.set(
            Part.REDIS,
            f"Redis at {self._place} fails ({type(error).__name__}): this process keeps limits of "
            "its own and computes every answer itself, until Redis is back",
        )

    async def _keep_looking(self) -> None:
        loop, pause_s = asyncio.get_running_loop(), _FIRST_PAUSE_S
        while True:
            await self._lost.wait()
            if loop.time() - self._back_at > _LONGEST_PAUSE_S:  # a new failure after a stable time
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            with suppress(*self._failures):
                # Connections from before the failure are dead.
                await self.client.connection_pool.disconnect(inuse_connections=False)
                await self._check()
                self._back_at = loop.time()
                self._lost.clear()
                self._degraded.clear(Part.REDIS)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else parts.netloc.rpartition("@")[2]
