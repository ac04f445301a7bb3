"""Telling a crowd that there are too many, without keeping those who were let in from an answer."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

_AT_ONCE = 4
_WAITING = 64
_TOO_LATE_S = 2.5  # of the three seconds that Discord waits

Telling = Callable[[], Awaitable[None]]


class TurningAway:
    """Few are told at a time, and whoever came last is the next. While more come than can be told,
    those still hear it at once; in turn, they all would wait until it is too late. Who has waited
    too long is told nothing: to him Discord says that the bot did not respond."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: deque[tuple[float, Telling]] = deque(maxlen=_WAITING)
        self._tellers: set[asyncio.Task[None]] = set()

    def tell(self, telling: Telling) -> None:
        """When its turn comes, if it does. What `telling` raises is a bug."""
        self._waiting.append((self._clock(), telling))
        if len(self._tellers) < _AT_ONCE:
            teller = asyncio.create_task(self._tell_waiting(), name="turning-away")
            self._tellers.add(teller)
            teller.add_done_callback(self._tellers.discard)

    async def _tell_waiting(self) -> None:
        while self._waiting:
            since, telling = self._waiting.pop()
            if self._clock() - since < _TOO_LATE_S:
                await telling()

    def close(self) -> None:
        for teller in self._tellers:
            teller.cancel()
