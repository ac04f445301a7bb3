"""What is being written, once for all who ask the same at the same time."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.models import Trouble
from bot.generation.errors import GenerationError

_REMEMBERED = 256
_KEPT_S = 1800.0  # what people typed is kept no longer anywhere, unless an admin wants it
# The same model would write the same again.
_LASTING = {None, Trouble.UNANSWERED, Trouble.UNVERIFIED}

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """What there is so far, and why there is no more."""

    trouble: Trouble | None = None


_Progress = TypeVar("_Progress", bound=Progress)


class Job(Generic[_Progress]):
    """One thing being written. Whoever writes it tells of what is new."""

    def __init__(self, progress: _Progress) -> None:
        self.progress = progress
        self.ended = False
        self.begun = time.monotonic()
        self._news = asyncio.Condition()

    async def tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, enough: Callable[[_Progress], bool] = lambda progress: False) -> None:
        """Returns once this much is there, or it has ended."""
        async with self._news:
            await self._news.wait_for(lambda: self.ended or enough(self.progress))


class Jobs(Generic[_Progress]):
    """Those that are being written, and of the last half hour the last few hundred that were."""

    def __init__(self, nothing: Callable[[], _Progress]) -> None:
        """`nothing` is what a job begins with."""
        self._nothing = nothing
        self._jobs: OrderedDict[Hashable, Job[_Progress]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Breaks off what is being written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def job(
        self, key: Hashable, write: Callable[[Job[_Progress]], Awaitable[None]]
    ) -> Job[_Progress]:
        """The one under this key, which is begun where there is none. It goes on where whoever
        began it has gone: its time is limited, and the next one has it for nothing."""
        self._forget_old()
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = Job(self._nothing())
            task = asyncio.create_task(self._run(key, job, write), name="writing")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._jobs.move_to_end(key)
        return job

    def _forget_old(self) -> None:
        since = time.monotonic() - _KEPT_S
        for key in [k for k, job in self._jobs.items() if job.ended and job.begun < since]:
            del self._jobs[key]

    async def _run(
        self,
        key: Hashable,
        job: Job[_Progress],
        write: Callable[[Job[_Progress]], Awaitable[None]],
    ) -> None:
        """What goes wrong is the job's trouble: nobody else waits for this task."""
        try:
            await write(job)
        except GenerationError as error:
            job.progress.trouble = error.reason
            _log.info("the model wrote nothing of use: %s: %s", error.reason, error)
        except Exception:
            job.progress.trouble = Trouble.BUG
            _log.exception("a bug while a model wrote")
        finally:
            job.ended = True
            if job.progress.trouble not in _LASTING:  # the next one may have better luck
                del self._jobs[key]
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)
            await job.tell()
