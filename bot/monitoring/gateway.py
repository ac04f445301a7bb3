"""Whether Discord is connected: told by the client, read by all who show it."""

import asyncio

from bot.monitoring.degradations import Degradations, Part

_ROUTINE_S = 15.0  # Discord asks for a new connection now and then, which takes a few seconds


class Gateway:
    """The connections, one a shard: how many there should be, how many stand, and how often one
    was lost. One that is not back soon is a degradation."""

    def __init__(self, degraded: Degradations) -> None:
        self._degraded = degraded
        self._connected: set[int] = set()
        self._telling: asyncio.TimerHandle | None = None
        self.expected, self.losses = 1, 0

    @property
    def connected(self) -> int:
        return len(self._connected)

    def up(self, shard: int, expected: int) -> None:
        self._connected.add(shard)
        self.expected = expected
        if self.connected == expected:
            self._forget_telling()
            self._degraded.clear(Part.GATEWAY)

    def down(self, shard: int) -> None:
        """May be told again of one that is down: the first time counts."""
        if shard not in self._connected:
            return
        self._connected.remove(shard)
        self.losses += 1
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_ROUTINE_S, self._tell)

    def end(self) -> None:
        """The client has ended, and with it all of its connections."""
        for shard in tuple(self._connected):
            self.down(shard)

    def close(self) -> None:
        """The bot ends: what is lost from now on is no trouble."""
        self._forget_telling()
        self._connected.clear()

    def _tell(self) -> None:
        self._telling = None
        self._degraded.set(
            Part.GATEWAY, f"{self.connected} of {self.expected} connections to Discord stand"
        )

    def _forget_telling(self) -> None:
        if self._telling:
            self._telling.cancel()
            self._telling = None
