"""What is being written, and what has been: asked by several, a question is written once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from bot.generation.composing import Kept
from bot.generation.errors import Trouble

_REMEMBERED = 256  # answers


@dataclass(slots=True)
class Progress:
    """What there is of an answer so far: how many sentences the model has written, and those of
    them that are verified."""

    kept: list[Kept] = field(default_factory=list)
    sentences: int = 0
    trouble: Trouble | None = None


class Job:
    """One answer being written. `news` is told of everything that is new about it."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.ended = False
        self._news = asyncio.Condition()

    async def tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def news(self, known: int) -> None:
        """Returns once more than so many sentences are kept, or it has ended."""
        async with self._news:
            await self._news.wait_for(lambda: self.ended or len(self.progress.kept) > known)


class Jobs:
    """Those that are being written, and the last few hundred that were."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Breaks off what is being written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def job(self, key: Hashable, write: Callable[[Job], Awaitable[None]]) -> Job:
        """The one under this key, which is begun where there is none. It goes on where whoever
        began it has gone: its time is limited, and the next one has it for nothing."""
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = Job()
            task = asyncio.create_task(self._run(key, job, write), name="writing")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._jobs.move_to_end(key)
        return job

    async def _run(self, key: Hashable, job: Job, write: Callable[[Job], Awaitable[None]]) -> None:
        try:
            await write(job)
        finally:
            job.ended = True
            if job.progress.trouble:  # the next one may have better luck
                del self._jobs[key]
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)
            await job.tell()
