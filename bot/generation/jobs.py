"""Writing jobs, shared by all who ask the same question at the same time."""

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
_KEPT_S = 1800.0  # no part keeps typed text longer, unless an admin enables it
# Outcomes worth keeping: the same model would write the same again.
_LASTING = {None, Trouble.UNANSWERED, Trouble.UNVERIFIED}

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """Progress of a job. Subclasses add the results; `trouble` is why it stopped early, or None."""

    trouble: Trouble | None = None


_Progress = TypeVar("_Progress", bound=Progress)


class Job(Generic[_Progress]):
    """Text that is being written. The writing task calls `tell` after each change of `progress`."""

    def __init__(self, progress: _Progress) -> None:
        self.progress = progress
        self.ended = False
        self.begun = time.monotonic()
        self._news = asyncio.Condition()

    async def tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, enough: Callable[[_Progress], bool] = lambda progress: False) -> None:
        """Wait until `enough` accepts the progress, or the job has ended."""
        async with self._news:
            await self._news.wait_for(lambda: self.ended or enough(self.progress))


class Jobs(Generic[_Progress]):
    """Running jobs, and a cache of ended ones. A failed job is dropped at once, any other half an
    hour after its start. At most 256 jobs are kept."""

    def __init__(self, nothing: Callable[[], _Progress]) -> None:
        """Start without jobs. `nothing` makes the initial progress of a job."""
        self._nothing = nothing
        self._jobs: OrderedDict[Hashable, Job[_Progress]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Cancel all running jobs and wait until they have stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def job(
        self, key: Hashable, write: Callable[[Job[_Progress]], Awaitable[None]]
    ) -> Job[_Progress]:
        """Return the job under this key; start it if there is none. It goes on if its first caller
        leaves: its duration is limited, and the next caller gets the result at no cost."""
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
        """Run the job and record an error as its trouble, because nothing else awaits this task."""
        try:
            await write(job)
        except GenerationError as error:
            job.progress.trouble = error.reason
            _log.info("the model wrote nothing usable: %s: %s", error.reason, error)
        except Exception:
            job.progress.trouble = Trouble.BUG
            _log.exception("a bug while a model was writing")
        finally:
            job.ended = True
            if job.progress.trouble not in _LASTING:  # a new attempt may succeed
                del self._jobs[key]
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)
            await job.tell()
