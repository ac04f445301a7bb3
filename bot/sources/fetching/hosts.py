"""Politeness: one request at a time to a host, with a pause between two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.sources.fetching.clock import Clock
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.models import FetchLimits
from bot.wording.durations import delay_in_words

_MOST = 1_000  # hosts that are remembered; a hostile feed can name any number


@dataclass(slots=True)
class _Host:
    delay_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    free_at: float = float("-inf")  # monotonic seconds
    closed_until: float = float("-inf")  # the server asked for a pause until then


class Hosts:
    """The hosts that were contacted, and when each may be contacted again."""

    def __init__(self, limits: FetchLimits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until the host is free, and keep it busy inside the block. Raises FetchError if the
        server asked for a pause that is too long to wait for."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.lock:
                await self._wait(name, host)
                try:
                    yield
                finally:
                    host.free_at = self._clock.monotonic() + host.delay_s
        finally:
            host.users -= 1

    def slow_down(self, name: str, crawl_delay_s: float) -> None:
        """Set the pause between two requests that robots.txt asks for; it is capped."""
        asked = min(crawl_delay_s, self._limits.longest_crawl_delay_s)
        self._host(name).delay_s = max(asked, self._limits.host_delay_s)

    def close(self, name: str, pause: timedelta) -> None:
        """Contact the host only after the pause that its server asks for."""
        self._host(name).closed_until = self._clock.monotonic() + pause.total_seconds()

    async def _wait(self, name: str, host: _Host) -> None:
        now = self._clock.monotonic()
        pause_s = host.closed_until - now
        if pause_s > self._limits.longest_pause_s:
            raise paused(name, timedelta(seconds=pause_s))
        if (wait_s := max(host.free_at - now, pause_s)) > 0:
            await self._clock.sleep(wait_s)

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            if len(self._hosts) >= _MOST:
                self._forget()
            self._hosts[name] = _Host(self._limits.host_delay_s)
        return self._hosts[name]

    def _forget(self) -> None:
        now = self._clock.monotonic()
        for name, host in list(self._hosts.items()):
            if not host.users and max(host.free_at, host.closed_until) <= now:
                del self._hosts[name]


def paused(name: str, pause: timedelta) -> FetchError:
    """Build the error for a host that asks for a long pause."""
    words = delay_in_words(pause.total_seconds())
    return FetchError(
        f"{name} asks for no requests within {words}.", temporary=True, retry_after=pause
    )
