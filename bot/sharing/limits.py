"""Rate limits that several processes share; without Redis each process keeps its own."""

import math
import time

from limits.aio.storage import RedisStorage

from bot.serving.limits import Allowance, Limiter, Limits
from bot.sharing.link import RedisLink, RedisUnavailableError

_PREFIX = "dealbot:limits"


class SharedLimiter(Limiter):
    """Limiter that counts the requests of all processes in Redis, and those of this process in
    memory as well. The local counts stay in force when Redis becomes unavailable."""

    def __init__(self, limits: Limits, link: RedisLink) -> None:
        super().__init__(limits)
        self._shared = Limiter(limits, _Storage(link), shared=True)

    async def admit(
        self, asker: int, channel: int | None, server: int | None, per_user: int | None = None
    ) -> None:
        try:
            await self._shared.admit(asker, channel, server, per_user)
        except RedisUnavailableError:
            await super().admit(asker, channel, server, per_user)
        else:
            await self.count(asker, channel, server, per_user)

    async def left(
        self, asker: int, server: int | None, per_user: int | None = None
    ) -> list[Allowance]:
        try:
            return await self._shared.left(asker, server, per_user)
        except RedisUnavailableError:
            return await super().left(asker, server, per_user)


class _Storage(RedisStorage):
    """Moving windows in Redis. Both methods raise RedisUnavailableError if Redis is unavailable."""

    def __init__(self, link: RedisLink) -> None:
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
        if not math.isfinite(start) or start > now + expiry:  # from another clock, or forged
            start = now
        return start, count
