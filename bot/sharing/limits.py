"""Limits that several processes keep together; without Redis each keeps its own."""

import math
import time

from limits.aio.storage import RedisStorage

from bot.serving.limits import Limiter, Limits
from bot.sharing.link import AwayError, Link

_PREFIX = "dealbot:limits"


class SharedLimiter(Limiter):
    """Counts in Redis what all processes admit, and beside it what this one does: so that nobody
    begins anew when Redis goes away."""

    def __init__(self, limits: Limits, link: Link) -> None:
        super().__init__(limits)
        self._shared = Limiter(limits, _Storage(link), shared=True)

    async def admit(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        try:
            await self._shared.admit(asker, channel, server, per_user)
        except AwayError:
            await super().admit(asker, channel, server, per_user)
        else:
            await self.count(asker, channel, server, per_user)


class _Storage(RedisStorage):
    """Windows in Redis. Both methods raise AwayError where it is away."""

    def __init__(self, link: Link) -> None:
        self._link = link
        super().__init__(
            "redis://",
            implementation="redispy",
            key_prefix=_PREFIX,
            connection_pool=link.client.connection_pool,  # type: ignore[arg-type]  # as documented
        )

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        return await self._link.run(lambda: self.bridge.acquire_entry(key, limit, expiry, amount))

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        start, count = await self._link.run(
            lambda: self.bridge.get_moving_window(key, limit, expiry)
        )
        now = time.time()
        if not math.isfinite(start) or start > now + expiry:  # by another's clock, or hand
            start = now
        return start, count
