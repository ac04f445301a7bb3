"""Lead: the right of one process to do the work that only one may do."""

import asyncio
from collections.abc import Awaitable, Callable


class Lead:
    """State of the lead in this process. `gained` is set while it leads."""

    def __init__(self) -> None:
        self.gained, self._lost = asyncio.Event(), asyncio.Event()
        self._lost.set()

    @property
    def held(self) -> bool:
        return self.gained.is_set()

    def set(self, held: bool) -> bool:
        """Record the lead; return whether this changes it."""
        if held == self.held:
            return False
        (self.gained if held else self._lost).set()
        (self._lost if held else self.gained).clear()
        return True

    async def during(self, duty: Callable[[], Awaitable[None]]) -> None:
        """Run `duty` whenever this process leads, and cancel it when the lead ends. Runs until it
        is cancelled."""
        while True:
            await self.gained.wait()
            work = asyncio.ensure_future(duty())
            ended = asyncio.create_task(self._lost.wait())
            try:
                await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    work.result()
                    await ended
            finally:
                for task in (work, ended):
                    task.cancel()
                await asyncio.wait({work, ended})
