"""State of the connections to Discord: the client reports it, and all displays read it."""

import asyncio
from collections.abc import Collection

from bot.monitoring.degradations import Degradations, Part

_ROUTINE_S = 15.0  # Discord sometimes asks for a reconnect, which takes a few seconds


class Gateway:
    """Connections to Discord, one per shard: the expected number, the current number, and the
    losses so far. If not all are back after 15 seconds, the gateway is marked as degraded.
    `has_ended` becomes true when the client ends. If several processes share the shards, `shards`
    has those that this one holds now, and `leads` whether it does the work that only one may do."""

    def __init__(self, degraded: Degradations) -> None:
        self._degraded = degraded
        self._connected: set[int] = set()
        self._telling: asyncio.TimerHandle | None = None
        self.expected, self.losses, self.has_ended = 1, 0, False
        self.shards: tuple[int, ...] | None = None
        self.leads = True

    @property
    def connected(self) -> int:
        return len(self._connected)

    @property
    def ready(self) -> bool:
        """True with a connection, or as a spare process that holds no shard."""
        return self.connected > 0 or self.shards == ()

    def holds(self, shards: Collection[int], *, leads: bool) -> None:
        """Record the shards that this process holds from now on. One that it gives away is not a
        loss."""
        self.shards, self.leads = tuple(sorted(shards)), leads
        self.expected = len(self.shards)
        self._connected.intersection_update(self.shards)
        self._clear_if_complete()

    def up(self, shard: int, expected: int) -> None:
        """Record a connection of `expected`; without a held shard it came too late to count."""
        if self.shards is None:
            self.expected = expected
        elif shard not in self.shards:
            return
        self._connected.add(shard)
        self.has_ended = False
        self._clear_if_complete()

    def _clear_if_complete(self) -> None:
        if self.connected == self.expected:
            self._forget_telling()
            self._degraded.clear(Part.GATEWAY)

    def down(self, shard: int) -> None:
        """Record the loss of a connection. Repeated calls for the same loss count once."""
        if shard not in self._connected:
            return
        self._connected.remove(shard)
        self.losses += 1
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_ROUTINE_S, self._tell)

    def end(self) -> None:
        """Record the loss of all connections, because the client has ended."""
        self.has_ended = True
        for shard in tuple(self._connected):
            self.down(shard)

    def close(self) -> None:
        """Clear the state at shutdown: a connection lost from now on is not a degradation."""
        self._forget_telling()
        self._connected.clear()

    def _tell(self) -> None:
        self._telling = None
        self._degraded.set(
            Part.GATEWAY, f"{self.connected} of {self.expected} connections to Discord are up"
        )

    def _forget_telling(self) -> None:
        if self._telling:
            self._telling.cancel()
            self._telling = None
