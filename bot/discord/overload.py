"""Delivery of refusals under overload, without delaying the requests that were admitted."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

# A response of Discord takes 50 to 150 ms: with four at a time most of a crowd would hear nothing.
_AT_ONCE = 16
_PER_TURN = 4  # started in one turn of the event loop, so that other tasks have theirs soon
_WAITING = 64
_TOO_LATE_S = 2.5  # Discord waits for three seconds

Telling = Callable[[], Awaitable[None]]


class RefusalQueue:
    """Queue of refusals: at most 16 are on their way to Discord, the newest first. Under overload
    the newest users still get theirs in time; in order of arrival, all would come too late. A
    refusal that has waited for 2.5 s is dropped, and Discord shows that user that the bot did not
    respond. At most 64 wait; more push out the oldest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: deque[tuple[float, Telling]] = deque(maxlen=_WAITING)
        self._tellers: set[asyncio.Task[None]] = set()
        self._started = 0  # in this turn of the event loop

    def tell(self, telling: Telling) -> None:
        """Queue a refusal, to be sent when its turn comes, if it does. `telling` sends it; an
        exception that it raises is a bug."""
        self._waiting.append((self._clock(), telling))
        if len(self._tellers) < _AT_ONCE:
            teller = asyncio.create_task(self._tell_waiting(), name="turning-away")
            self._tellers.add(teller)
            teller.add_done_callback(self._tellers.discard)

    async def _tell_waiting(self) -> None:
        while self._waiting:
            if self._started >= _PER_TURN:
                await asyncio.sleep(0)
                continue
            since, telling = self._waiting.pop()
            if self._clock() - since < _TOO_LATE_S:
                self._count_start()
                await telling()

    def _count_start(self) -> None:
        if not self._started:
            asyncio.get_running_loop().call_soon(self._begin_turn)
        self._started += 1

    def _begin_turn(self) -> None:
        self._started = 0

    def close(self) -> None:
        for teller in self._tellers:
            teller.cancel()
