"""The questions that wait or are being computed, and all who wait for each."""

import asyncio
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from bot.answering.draft_sentence import Carried
from bot.answering.pipeline import Receipt
from bot.domain.claims import Check
from bot.domain.errors import ServiceBusyError
from bot.domain.models import Question
from bot.serving.admission import Admission
from bot.serving.fair_queue import FairQueue
from index.errors import ExpectedError
from prompts import text

Outcome = Receipt | Check | Carried


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question of one asker. Its result is done early where the asker has gone."""

    question: Question
    server: str | None
    asker: str | None
    result: asyncio.Future[Outcome]
    since: float = field(default_factory=time.monotonic)

    @property
    def key(self) -> Hashable:
        """Questions that share it are identical: one computation answers them."""
        return self.question.identity


class InFlight:
    """Every asker has a place of his own in the queue, for identical questions too: the first of
    them to have its turn brings the answer to all, so that nobody waits behind the other
    questions of whoever asked the same before."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._queue: FairQueue[Asked] = FairQueue()
        self._alike: dict[Hashable, list[Asked]] = {}  # all in the queue, by question
        self._in_work: dict[Hashable, list[Asked]] = {}
        self._generation = ""  # that answers what is in work
        self._taken_at = 0.0
        self._pending: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    @property
    def has_room(self) -> bool:
        """Whether a question that nobody else asks may wait."""
        return len(self._alike) < self._admission.room and len(self._queue) < self._admission.most

    def add(self, asked: Asked, generation: str) -> None:
        """Lets it wait, or joins it to the same question in work if that is of the generation
        that answers now. Raises ServiceBusyError, in words, where there is no room. The same
        question as one that waits needs little: it is computed once."""
        if asked.asker is not None and self._pending[asked.asker] >= self._admission.share:
            raise ServiceBusyError(text("refusals.own_waiting"))
        in_work = self._in_work.get(asked.key) if generation == self._generation else None
        if in_work is not None:
            in_work.append(asked)
        elif not self.has_room and (
            asked.key not in self._alike or len(self._queue) >= self._admission.most
        ):
            raise self._admission.refusal()
        else:
            self._queue.put(asked, asked.server, asked.asker)
            self._alike.setdefault(asked.key, []).append(asked)
        if asked.asker is not None:
            self._pending[asked.asker] += 1

    def leave(self, asked: Asked) -> None:
        """Its asker has got an answer, or waits no longer."""
        if self._queue.remove(asked, asked.server, asked.asker):
            self._forget(asked)
        if asked.asker is not None:
            self._pending[asked.asker] -= 1
            if not self._pending[asked.asker]:
                del self._pending[asked.asker]

    def before(self, asked: Asked) -> int:
        """How many come before it, or before the same question of who asked it first; 0 where it
        is in work."""
        alike = self._alike.get(asked.key, [])
        if asked not in alike:
            return 0
        # Not all of them: of hundreds who ask the same, that held everybody up for a second.
        return min(self._queue.before(e, e.server, e.asker) for e in {asked, alike[0]})

    def take(self, most: int, generation: str) -> list[Question]:
        """The questions whose turn it is, each once, and whose askers are still there. They are
        in work, by this generation, until `settle` is given their outcomes."""
        self._generation, self._taken_at = generation, time.monotonic()
        while len(self._queue) and len(self._in_work) < most:
            asked = self._queue.pop()
            if asked.result.done():
                self._forget(asked)
                continue
            alike = self._in_work[asked.key] = self._alike.pop(asked.key)
            for other in alike:
                self._queue.remove(other, other.server, other.asker)
        return [alike[0].question for alike in self._in_work.values()]

    @property
    def in_work(self) -> list[Asked]:
        """All who asked what is in work."""
        return [asked for alike in self._in_work.values() for asked in alike]

    def settle(self, outcomes: Sequence[Outcome | ExpectedError]) -> None:
        """Gives each question in work its outcome, in the order of `take`."""
        for alike, outcome in zip(self._in_work.values(), outcomes, strict=True):
            for asked in alike:
                _settle(asked.result, outcome)
        self._admission.computed(len(outcomes), time.monotonic() - self._taken_at)
        self._in_work.clear()
        if not self._alike:
            self._admission.nobody_waits()

    def refuse(self, reason: ExpectedError) -> None:
        """Gives this to all that wait; what is in work is not touched."""
        while len(self._queue):
            _settle(self._queue.pop().result, reason)
        self._alike.clear()

    def _forget(self, asked: Asked) -> None:
        alike = self._alike[asked.key]
        alike.remove(asked)
        if not alike:
            del self._alike[asked.key]


def _settle(result: asyncio.Future[Outcome], outcome: Outcome | ExpectedError) -> None:
    if result.done():
        return
    if isinstance(outcome, ExpectedError):
        result.set_exception(outcome)
    else:
        result.set_result(outcome)
