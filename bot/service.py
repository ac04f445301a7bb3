"""The one door to answers: questions come in on the event loop and are computed in batches.

One thread owns the model and the index. Questions that arrive while it works wait in a queue and
go to it together as the next batch, so that load makes batches and a lone question waits for
nothing. The queue is fair between servers and between their askers; a question that is already on
its way is not computed twice.
"""

import asyncio
import logging
import secrets
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import takewhile
from types import TracebackType
from typing import Self

import numpy as np

from bot.answering.evidence_model import OperatingPoint
from bot.answering.pipeline import Answerer, EncodedQuestion, Receipt
from bot.errors import BugError, DeadlineError, ServiceBusyError, ServiceClosedError
from bot.fair_queue import FairQueue
from bot.models import Question, Turn, check_question
from index.errors import ExpectedError
from index.live import LiveGeneration, LiveIndex

_BATCH = 32  # about where the encoder's throughput stops growing with the batch
_SHARE = 8  # of the queue one asker may fill: an eighth
_MOMENT_S = 1.0  # whoever waits longer is told so
_REMEMBERED = 500  # latencies

OnWait = Callable[[int], Awaitable[None]]
_Outcome = asyncio.Future[Receipt]

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Work:
    """A question that is to be computed, and all who wait for it. `generation` is set once it is
    in work."""

    question: Question
    server: str | None
    asker: str | None
    outcomes: list[_Outcome] = field(default_factory=list)
    generation: str = ""

    @property
    def wanted(self) -> bool:
        return not all(outcome.done() for outcome in self.outcomes)  # done: the asker has gone


class AnswerService:
    """Use as an async context manager. Leaving it refuses what still waits, in words, after the
    batch in work is done."""

    def __init__(self, live: LiveIndex, *, max_waiting: int, deadline_s: float) -> None:
        self._live = live
        self._max_waiting, self._deadline_s = max_waiting, deadline_s
        self._queue: FairQueue[_Work] = FairQueue()
        self._on_its_way: dict[tuple[str, tuple[Turn, ...]], _Work] = {}
        self._pending: Counter[str] = Counter()
        self._latencies_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._arrived = asyncio.Event()
        self._closing = False
        self._answerer = Answerer()

    async def __aenter__(self) -> Self:
        self._compute = ThreadPoolExecutor(1, thread_name_prefix="answering")
        self._worker = asyncio.create_task(self._work(), name="answering")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.refuse_waiting()
        try:
            # A second Ctrl-C ends the waiting, not the worker: it still settles its askers.
            await asyncio.shield(self._worker)
        except asyncio.CancelledError:
            self._compute.shutdown(wait=False)
            raise
        self._compute.shutdown()

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return len(self._queue)

    @property
    def latencies_ms(self) -> tuple[float, float] | None:
        """The median and the 95th percentile from asked to answered, of the last few hundred."""
        if not self._latencies_s:
            return None
        median, high = np.percentile(self._latencies_s, [50, 95]) * 1000
        return float(median), float(high)

    @property
    def operating_point(self) -> OperatingPoint:
        """From which confidence on questions are answered."""
        return self._answerer.operating_point

    async def answer(
        self,
        question: Question,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
    ) -> Receipt:
        """`asker` and `server` are whom the queue is fair between. `on_wait` is told once how many
        come first, where that takes more than a moment. Raises QuestionError, ServiceBusyError,
        DeadlineError or ServiceClosedError, each to be told to the asker. Cancelling the call
        takes the question out of the queue unless others wait for it, and so does its deadline,
        which holds while a batch before it is stuck."""
        check_question(question.question)
        self._check_room(asker)
        started = time.monotonic()
        work, outcome = self._join(question, server, asker)
        if asker is not None:
            self._pending[asker] += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                if on_wait and not (await asyncio.wait({outcome}, timeout=_MOMENT_S))[0]:
                    await on_wait(self._before(work))
                receipt = await outcome
        except TimeoutError as error:
            raise DeadlineError("The answer took too long: ask again") from error
        finally:
            outcome.cancel()
            self._leave(work, asker)
        self._latencies_s.append(time.monotonic() - started)
        return replace(receipt, answer=receipt.answer.model_copy(update={"id": question.id}))

    def refuse_waiting(self) -> None:
        """Takes no more questions, and refuses those that are not in work yet, in words."""
        self._closing = True
        while len(self._queue):
            self._settle(self._queue.pop(), ServiceClosedError("The program is shutting down"))
        self._arrived.set()

    def _check_room(self, asker: str | None) -> None:
        if self._closing:
            raise ServiceClosedError("The program is shutting down: ask again in a moment")
        if len(self._queue) >= self._max_waiting:
            raise ServiceBusyError("Too many questions are waiting: ask again in a moment")
        if asker is not None and self._pending[asker] >= max(1, self._max_waiting // _SHARE):
            raise ServiceBusyError("Your questions before this one are still waiting for answers")

    def _join(
        self, question: Question, server: str | None, asker: str | None
    ) -> tuple[_Work, _Outcome]:
        """The work that will answer the question: such as is on its way, from the generation that
        answers now, or new work in the queue."""
        outcome: _Outcome = asyncio.get_running_loop().create_future()
        key = (question.question, question.history)
        work = self._on_its_way.get(key)
        current = self._live.current.generation.id
        if work is None or not work.wanted or work.generation not in {"", current}:
            work = self._on_its_way[key] = _Work(question, server, asker)
            self._queue.put(work, server, asker)
            self._arrived.set()
        work.outcomes.append(outcome)
        return work, outcome

    def _leave(self, work: _Work, asker: str | None) -> None:
        if asker is not None:
            self._pending[asker] -= 1
            if not self._pending[asker]:
                del self._pending[asker]
        if not work.wanted:
            self._queue.remove(work, work.server, work.asker)
            self._forget(work)

    def _forget(self, work: _Work) -> None:
        key = (work.question.question, work.question.history)
        if self._on_its_way.get(key) is work:
            del self._on_its_way[key]

    def _before(self, work: _Work) -> int:
        return sum(1 for _ in takewhile(lambda other: other is not work, self._queue))

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing:
            await self._arrived.wait()
            live = self._live.current
            batch = self._next_batch(live)
            if batch:
                questions = [work.question for work in batch]
                outcomes = await loop.run_in_executor(
                    self._compute, self._answer_batch, live, questions
                )
                for work, outcome in zip(batch, outcomes, strict=True):
                    self._settle(work, outcome)
            if not len(self._queue) and not self._closing:
                self._arrived.clear()

    def _next_batch(self, live: LiveGeneration) -> list[_Work]:
        """The questions whose turn it is, and whose askers are still there."""
        batch: list[_Work] = []
        while len(self._queue) and len(batch) < _BATCH:
            work = self._queue.pop()
            if work.wanted:
                work.generation = live.generation.id
                batch.append(work)
        return batch

    def _settle(self, work: _Work, outcome: Receipt | ExpectedError) -> None:
        self._forget(work)
        for waiting in work.outcomes:
            if waiting.done():
                continue
            if isinstance(outcome, ExpectedError):
                waiting.set_exception(outcome)
            else:
                waiting.set_result(outcome)

    def _answer_batch(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> list[Receipt | ExpectedError]:
        """Runs on the compute thread. One outcome a question: one that fails spoils only its
        own answer."""
        outcomes: list[Receipt | ExpectedError] = []
        for encoded in self._encode(live, questions):
            if isinstance(encoded, ExpectedError):
                outcomes.append(encoded)
                continue
            try:
                outcomes.append(self._answerer.answer(live, encoded))
            except Exception as error:  # the batch is one of the two places that catch broadly
                outcomes.append(_told(error))
        return outcomes

    def _encode(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> Sequence[EncodedQuestion | ExpectedError]:
        """All together; where that fails, one by one, so that only the one at fault fails."""
        try:
            return self._answerer.encode(live, questions)
        except Exception as error:  # see above
            if len(questions) == 1:
                return [_told(error)]
        return [self._encode(live, [question])[0] for question in questions]


def _told(error: Exception) -> ExpectedError:
    """What the asker gets to see of an error; a bug goes to the log with a reference."""
    if isinstance(error, ExpectedError):
        return error
    reference = secrets.token_hex(4)
    _log.error("bug %s while answering", reference, exc_info=error)
    return BugError(reference)
