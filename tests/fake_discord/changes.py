"""Waiting for a condition: woken by every change, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.hang_guard import HANG_S

_Found = TypeVar("_Found")


class Changes:
    """A notifier of waiting tests. Everything that a test may wait for calls `tell` when it
    changes."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(
        self, probe: Callable[[], _Found | None], what: str, within: float = HANG_S
    ) -> _Found:
        """Return the first true value of `probe`, called now and after each change. Raises
        AssertionError after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while not (found := probe()):
                    await self._next()
        except TimeoutError:
            raise AssertionError(f"did not come within {within:g} s: {what}") from None
        return found

    async def _next(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
