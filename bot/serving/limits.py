"""Rate limits: moving windows per user, channel and server, and over all."""

import asyncio
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict

from bot.config.values import Limit
from bot.domain.errors import LimitedError
from bot.wording.durations import delay_in_words
from prompts import text


class Limits(BaseModel):
    """Rate limits as the package `limits` writes them: "6/minute", or "6/minute; 60/hour"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_user: Limit = "10/minute"
    per_channel: Limit = "30/minute"
    per_server: Limit = "90/minute"
    overall: Limit = "300/minute"


@dataclass(frozen=True, slots=True)
class _Window:
    item: RateLimitItem
    of: tuple[str, ...]
    reached: str  # name of the refusal's text


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
        LimitedError, whose message is for the asker. Then nothing was counted, unless another
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

    def _of(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None
    ) -> list[_Window]:
        limits = self._limits
        if per_user is None:
            windows = _windows(limits.per_user, "refusals.limit_user", "user", asker)
        else:  # counted per server: each server sets its own limit
            allowed = f"{per_user}/minute"
            windows = _windows(allowed, "refusals.limit_user", "user", asker, server)
        if channel is not None:
            windows += _windows(limits.per_channel, "refusals.limit_channel", "channel", channel)
        if server is not None:
            windows += _windows(limits.per_server, "refusals.limit_server", "server", server)
        return windows + _windows(limits.overall, "refusals.limit_all", "all")

    async def _refusal(self, full: list[_Window]) -> LimitedError:
        """Build the refusal for the window that takes longest to have room."""
        now = time.time()
        stats = [await self._windows.get_window_stats(w.item, *w.of) for w in full]
        wait_s, window = max(
            ((s.reset_time - now, w) for s, w in zip(stats, full, strict=True)),
            key=lambda waiting: waiting[0],
        )
        return LimitedError(
            text(window.reached, limit=_limit_in_words(window.item), wait=delay_in_words(wait_s)),
            retry_after_s=max(wait_s, 0.0),
        )


def _windows(limit: str, reached: str, *of: object) -> list[_Window]:
    return [_Window(item, tuple(map(str, of)), reached) for item in parse_many(limit)]


def _limit_in_words(item: RateLimitItem) -> str:
    one = item.amount == 1
    requests = text("measures.request") if one else text("measures.requests", count=item.amount)
    unit = item.GRANULARITY.name
    if item.multiples == 1:
        return text("measures.limit", requests=requests, time=text(f"measures.every_{unit}"))
    span = text(f"measures.{unit}s", count=item.multiples)
    return text("measures.span_limit", requests=requests, time=span)
