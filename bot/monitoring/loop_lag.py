"""Lag of the event loop: how late it runs what is due, which delays everything that a user sees."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_EVERY_S = 0.1


@asynccontextmanager
async def measured_lag(record: Callable[[float], None]) -> AsyncIterator[None]:
    """Call `record` ten times a second with the lag of the running event loop, in seconds, while
    the block runs."""
    loop = asyncio.get_running_loop()

    async def measure() -> None:
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            record(loop.time() - due)

    measuring = asyncio.create_task(measure(), name="loop lag")
    try:
        yield
    finally:
        measuring.cancel()
