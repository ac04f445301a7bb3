"""Wait for the process that had a shard before: it still answers what it has received."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.cluster.database import ClusterError
from bot.cluster.leases import Leases

_LOOK_S = 0.25


class Drain:
    """Drains of the shards that this process took. All who wait for one shard share its queries,
    because the leases use the same connection to the database."""

    def __init__(self, leases: Leases, serves: Callable[[int], bool]) -> None:
        self._leases, self._serves = leases, serves
        self._waiting: dict[int, asyncio.Task[None]] = {}

    async def ended(self, shard: int) -> None:
        """Wait until the last holder of a shard has answered what it received, or this process has
        lost the shard. Without the database, wait for nothing."""
        waiting = self._waiting.get(shard)
        if waiting is None:
            waiting = self._waiting[shard] = asyncio.create_task(self._look(shard), name="drain")
            waiting.add_done_callback(lambda _: self._waiting.pop(shard))
        await asyncio.shield(waiting)

    async def _look(self, shard: int) -> None:
        with suppress(ClusterError):
            while (  # noqa: ASYNC110 - another process ends it
                self._serves(shard) and await self._leases.is_draining(shard)
            ):
                await asyncio.sleep(_LOOK_S)
