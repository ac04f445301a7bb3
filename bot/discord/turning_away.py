"""Telling a crowd that there are too many, without keeping those who were let in from an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_AT_ONCE = 8
# Behind them as many as can still be told before Discord stops waiting, after three seconds.
_WAITING = 64


class TurningAway:
    """Few are told at a time, some wait for that. For more of them it would be too late, and the
    telling would answer nobody: to those Discord says that the bot did not respond."""

    def __init__(self) -> None:
        self._turns, self._inside = asyncio.Semaphore(_AT_ONCE), 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Whether there is time to tell one more, whose turn it is inside."""
        if self._inside >= _AT_ONCE + _WAITING:
            yield False
            return
        self._inside += 1
        try:
            async with self._turns:
                yield True
        finally:
            self._inside -= 1
