"""How often may be asked: moving windows a person, a channel, a server, and over all."""

import asyncio
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict, field_validator

from bot.domain.errors import LimitedError
from bot.wording.durations import in_words
from prompts import text


class Limits(BaseModel):
    """Each as `limits` writes them: "6/minute", or several as in "6/minute; 60/hour"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_user: str = "10/minute"
    per_channel: str = "30/minute"
    per_server: str = "90/minute"
    overall: str = "300/minute"

    @field_validator("*")
    @classmethod
    def _has_a_meaning(cls, limit: str) -> str:
        # Nobody could ever be told when to come back from a limit of nothing.
        if any(item.amount < 1 for item in parse_many(limit)):
            raise ValueError("a limit allows one request at least")
        return limit


@dataclass(frozen=True, slots=True)
class _Window:
    item: RateLimitItem
    of: tuple[str, ...]
    reached: str  # the text of a refusal


class Limiter:
    """One for every entrance. Windows are kept in memory, unless there is another storage, and
    those that have passed are dropped when the next request is admitted."""

    def __init__(
        self, limits: Limits, storage: Storage | None = None, *, shared: bool = False
    ) -> None:
        """`shared` says that others count in the storage, too."""
        self._limits, self._others_count = limits, shared
        self._windows = MovingWindowRateLimiter(storage or MemoryStorage())
        self._one_at_a_time = asyncio.Lock()

    async def admit(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        """Counts a request. `per_user` is how many a minute the server allows one person instead
        of the default. Raises LimitedError, for the asker to read; then nothing was counted, but
        where another process took the last room between the test and the counting."""
        windows = self._of(asker, channel, server, per_user)
        async with self._one_at_a_time:  # between testing and counting nobody else is counted
            full = [w for w in windows if not await self._windows.test(w.item, *w.of)]
            if full:
                raise await self._refusal(full)
            for window in windows:
                # Where nobody else counts, it is full only where the clock was set back since the
                # test, or the oldest request leaves its window in this instant: there was room.
                counted = await self._windows.hit(window.item, *window.of)
                if not counted and self._others_count:
                    raise await self._refusal([window])

    async def count(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        """Counts a request that was admitted elsewhere."""
        async with self._one_at_a_time:
            for window in self._of(asker, channel, server, per_user):
                await self._windows.hit(window.item, *window.of)

    def _of(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None
    ) -> list[_Window]:
        limits = self._limits
        if per_user is None:
            windows = _windows(limits.per_user, "refusals.limit_user", "user", asker)
        else:  # counted apart: what one server allows is no matter of another
            allowed = f"{per_user}/minute"
            windows = _windows(allowed, "refusals.limit_user", "user", asker, server)
        if channel is not None:
            windows += _windows(limits.per_channel, "refusals.limit_channel", "channel", channel)
        if server is not None:
            windows += _windows(limits.per_server, "refusals.limit_server", "server", server)
        return windows + _windows(limits.overall, "refusals.limit_all", "all")

    async def _refusal(self, full: list[_Window]) -> LimitedError:
        """Names the window that takes longest to have room."""
        now = time.time()
        stats = [await self._windows.get_window_stats(w.item, *w.of) for w in full]
        wait_s, window = max(
            ((s.reset_time - now, w) for s, w in zip(stats, full, strict=True)),
            key=lambda waiting: waiting[0],
        )
        return LimitedError(
            text(window.reached, limit=_limit_in_words(window.item), wait=in_words(wait_s)),
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
