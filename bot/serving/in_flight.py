"""Questions that wait or are in work, with all askers of each."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bot.domain.errors import Refusal, ServiceBusyError
from bot.serving.admission import Admission
from bot.serving.fair_queue import FairQueue
from bot.serving.jobs import Job
from index.errors import ExpectedError

_Outcome = TypeVar("_Outcome")


@dataclass(frozen=True, slots=True, eq=False)
class QueuedJob(Generic[_Outcome]):
    """Job of one asker; `result` is done early if the asker has gone."""

    job: Job[_Outcome]
    server: str | None
    asker: str | None
    result: asyncio.Future[_Outcome]
    since: float = field(default_factory=time.monotonic)


class InFlight:
    """Questions that wait in a fair queue or are in work.

    Every asker has a place in the queue, for identical questions too. The first of these to have
    its turn brings the answer to all. So a question does not wait behind the other questions of a
    user who asked the same before."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._queue: FairQueue[QueuedJob[Any]] = FairQueue()
        self._alike: dict[Hashable, list[QueuedJob[Any]]] = {}  # all queued ones, by question
        self._in_work: dict[Hashable, list[QueuedJob[Any]]] = {}
        self._generation = ""  # the one that answers the questions in work
        self._taken_at, self._computed = 0.0, 0
        self._pending: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return the number of queued questions."""
        return len(self._queue)

    @property
    def has_room(self) -> bool:
        """True if a question that is not in the queue yet may wait."""
        return len(self._alike) < self._admission.room and len(self._queue) < self._admission.most

    def add(self, queued: QueuedJob[Any], generation: str) -> None:
        """Queue the question, or join it to the identical one in work by the same generation.

        Raises ServiceBusyError if the queue is full, or if the asker has used up their share. A
        question that is identical to a queued one needs little room: it is computed once."""
        if queued.asker is not None and self._pending[queued.asker] >= self._admission.share:
            raise ServiceBusyError(Refusal.OWN_WAITING)
        identity = queued.job.identity
        is_full = len(self._queue) >= self._admission.most
        is_new = identity not in self._alike
        in_work = self._in_work.get(identity) if generation == self._generation else None
        if in_work is not None:
            in_work.append(queued)
        elif is_full or (is_new and len(self._alike) >= self._admission.room):
            raise self._admission.refusal()
        else:
            self._queue.put(queued, queued.server, queued.asker)
            self._alike.setdefault(identity, []).append(queued)
        if queued.asker is not None:
            self._pending[queued.asker] += 1

    def leave(self, queued: QueuedJob[Any]) -> None:
        """Remove a question whose asker has an answer or no longer waits."""
        if self._queue.remove(queued, queued.server, queued.asker):
            self._forget(queued)
        if queued.asker is not None:
            self._pending[queued.asker] -= 1
            if not self._pending[queued.asker]:
                del self._pending[queued.asker]

    def before(self, queued: QueuedJob[Any]) -> int:
        """Count the questions ahead of this one or of the first identical one; 0 if it is in
        work."""
        alike = self._alike.get(queued.job.identity, [])
        if queued not in alike:
            return 0
        # Only these two: counting for hundreds of identical questions blocked the loop for 1 s.
        return min(self._queue.before(e, e.server, e.asker) for e in {queued, alike[0]})

    def take(self, most: int, generation: str) -> list[Job[Any]]:
        """Move the next distinct questions into work, up to `most`, and return their jobs.

        Questions whose askers have gone are dropped. The others are in work, by this generation,
        until `settle` gets their outcomes or the batch ends."""
        self._generation, self._taken_at, self._computed = generation, time.monotonic(), 0
        while len(self._queue) and len(self._in_work) < most:
            queued = self._queue.pop()
            if queued.result.done():
                self._forget(queued)
                continue
            identity = queued.job.identity
            alike = self._in_work[identity] = self._alike.pop(identity)
            for other in alike:
                self._queue.remove(other, other.server, other.asker)
        return [alike[0].job for alike in self._in_work.values()]

    @property
    def in_work(self) -> list[QueuedJob[Any]]:
        """Questions in work, one entry per asker."""
        return [queued for alike in self._in_work.values() for queued in alike]

    def settle(self, job: Job[_Outcome], outcome: _Outcome | ExpectedError) -> bool:
        """Give a job in work its outcome. Return whether it was the last one of the batch."""
        for queued in self._in_work.pop(job.identity):
            _settle(queued.result, outcome)
        self._computed += job.was_computed(outcome)
        if self._in_work:
            return False
        self._record_batch()
        return True

    def end_batch(self, reason: ExpectedError) -> None:
        """Give this error to the questions in work that got no outcome."""
        if self._in_work:
            self._refuse(self.in_work, reason)
            self._in_work.clear()
            self._record_batch()

    def _record_batch(self) -> None:
        if self._computed:  # cached answers say nothing about the time of new ones
            self._admission.record_batch(self._computed, time.monotonic() - self._taken_at)
        if not self._alike:
            self._admission.record_empty()

    def refuse(
        self,
        reason: ExpectedError,
        begun: Collection[Hashable] = (),
        *,
        also_computed: bool = False,
    ) -> None:
        """Refuse all questions with this error, except those that are being computed: the next one
        in work, and those whose identities are in `begun`.

        With `also_computed` these are refused, too; their outcomes then come too late."""
        while len(self._queue):
            _settle(self._queue.pop().result, reason)
        self._alike.clear()
        spared = {*list(self._in_work)[:1], *begun} if not also_computed else set()
        for identity, alike in self._in_work.items():
            if identity not in spared:
                self._refuse(alike, reason)

    def _refuse(self, refused: Iterable[QueuedJob[Any]], reason: ExpectedError) -> None:
        for queued in refused:
            _settle(queued.result, reason)

    def _forget(self, queued: QueuedJob[Any]) -> None:
        alike = self._alike[queued.job.identity]
        alike.remove(queued)
        if not alike:
            del self._alike[queued.job.identity]


def _settle(result: asyncio.Future[Any], outcome: Any) -> None:
    if result.done():
        return
    if isinstance(outcome, ExpectedError):
        result.set_exception(copy(outcome))  # each raise would lengthen a shared traceback
    else:
        result.set_result(outcome)
