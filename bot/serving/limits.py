"""Rate limits: moving windows per user, channel and server, and over all."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict

from bot.config.values import Limit
from bot.domain.errors import LimitedError, Rate, Refusal


class Limits(BaseModel):
    """Rate limits as the package `limits` writes them: "6/minute", or "6/minute; 60/hour"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_user: Limit = "10/minute"
    per_channel: Limit = "30/minute"
    per_server: Limit = "90/minute"
    overall: Limit = "300/minute"


# Buttons, menus, pages and lists have a limit of their own, against floods only: a person who reads
# an answer never reaches it.
BROWSING = Limits(
    per_user="60/minute", per_channel="600/minute", per_server="1200/minute", overall="3000/minute"
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests that a user has left of one limit, and the time until there is one more."""

    limit: Rate
    left: int
    wait: timedelta


@dataclass(frozen=True, slots=True)
class _Window:
    item: RateLimitItem
    of: tuple[str, ...]
    reached: Refusal


class Limiter:
    """Rate limiter shared by all surfaces.

    Windows are kept in memory unless a storage is given. Those that have passed are dropped when
    the next request is admitted."""

    def __init__(
        self, limits: Limits, storage: Storage | None = None, *, shared: bool = False
    ) -> None:
        """Make a limiter; `shared` says that other processes count in the storage, too."""
        self._limits, self._others_count = limits, shared
        self._windows = MovingWindowRateLimiter(storage or MemoryStorage())
        self._one_at_a_time = asyncio.Lock()

    async def admit(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        """Count a request.

        `per_user` is the server's limit per user and minute, in place of the default. Raises
        LimitedError. Then nothing was counted, unless another
        process took the last slot between the test and the count."""
        windows = self._of(asker, channel, server, per_user)
        async with self._one_at_a_time:  # no other request is counted after the test
            full = [w for w in windows if not await self._windows.test(w.item, *w.of)]
            if full:
                raise await self._refusal(full)
            for window in windows:
                # If no other process counts, the window is full only if the clock was set back
                # since the test or the oldest request leaves it right now: there was room.
                counted = await self._windows.hit(window.item, *window.of)
                if not counted and self._others_count:
                    raise await self._refusal([window])

    async def count(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        """Count a request that was admitted elsewhere."""
        async with self._one_at_a_time:
            for window in self._of(asker, channel, server, per_user):
                await self._windows.hit(window.item, *window.of)

    async def left(
        self, asker: int, server: int | None, per_user: int | None = None
    ) -> list[Allowance]:
        """Return what a user has left of each limit of theirs."""
        windows = self._of_user(asker, server, per_user)
        stats = [await self._windows.get_window_stats(w.item, *w.of) for w in windows]
        return [
            Allowance(_rate(w.item), stat.remaining, _until(stat.reset_time))
            for w, stat in zip(windows, stats, strict=True)
        ]

    def _of_user(self, asker: int, server: int | None, per_user: int | None) -> list[_Window]:
        if per_user is None:
            return _windows(self._limits.per_user, Refusal.LIMIT_USER, "user", asker)
        # Counted per server: each server sets its own limit.
        return _windows(f"{per_user}/minute", Refusal.LIMIT_USER, "user", asker, server)

    def _of(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None
    ) -> list[_Window]:
        limits, windows = self._limits, self._of_user(asker, server, per_user)
        if channel is not None:
            windows += _windows(limits.per_channel, Refusal.LIMIT_CHANNEL, "channel", channel)
        if server is not None:
            windows += _windows(limits.per_server, Refusal.LIMIT_SERVER, "server", server)
        return windows + _windows(limits.overall, Refusal.LIMIT_ALL, "all")

    async def _refusal(self, full: list[_Window]) -> LimitedError:
        """Build the refusal for the window that takes longest to have room."""
        stats = [await self._windows.get_window_stats(w.item, *w.of) for w in full]
        wait, window = max(
            ((_until(s.reset_time), w) for s, w in zip(stats, full, strict=True)),
            key=lambda waiting: waiting[0],
        )
        return LimitedError(window.reached, limit=_rate(window.item), wait=wait)


def _windows(limit: str, reached: Refusal, *of: object) -> list[_Window]:
    return [_Window(item, tuple(map(str, of)), reached) for item in parse_many(limit)]


def _until(moment: float) -> timedelta:
    return timedelta(seconds=max(moment - time.time(), 0.0))


def _rate(item: RateLimitItem) -> Rate:
    return Rate(item.amount, item.multiples, item.GRANULARITY.name)
