"""The one door to answers: questions come in on the event loop and are computed in batches.

One thread owns the model and the index. Questions that arrive while it works wait in a queue and
go to it together as the next batch, so that load makes batches and a lone question waits for
nothing.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bot.answering.pipeline import Answerer, EncodedQuestion, Receipt
from bot.errors import BugError, DeadlineError, ServiceBusyError, ServiceClosedError
from bot.models import Question, check_question
from index.errors import ExpectedError
from index.live import LiveGeneration, LiveIndex

_BATCH = 32  # about where the encoder's throughput stops growing with the batch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    question: Question
    result: asyncio.Future[Receipt]


class AnswerService:
    """Use as an async context manager. Leaving it refuses what still waits, in words, after the
    batch in work is done."""

    def __init__(self, live: LiveIndex, *, max_waiting: int, deadline_s: float) -> None:
        self._live = live
        self._max_waiting, self._deadline_s = max_waiting, deadline_s
        self._queue: deque[_Waiting] = deque()
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
        self._closing = True
        self._arrived.set()
        try:
            # A second Ctrl-C ends the waiting, not the worker: it still settles its askers.
            await asyncio.shield(self._worker)
        except asyncio.CancelledError:
            self._compute.shutdown(wait=False)
            raise
        self._compute.shutdown()

    async def answer(self, question: Question) -> Receipt:
        """Raises QuestionError, ServiceBusyError, DeadlineError or ServiceClosedError, each to
        be told to the asker. Cancelling the call takes the question out of the queue, and so
        does its deadline, which holds while a batch before it is stuck."""
        check_question(question.question)
        if self._closing:
            raise ServiceClosedError("The program is shutting down: ask again in a moment")
        if len(self._queue) >= self._max_waiting:
            raise ServiceBusyError("Too many questions are waiting: ask again in a moment")
        waiting = _Waiting(question, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await waiting.result
        except TimeoutError as error:
            raise DeadlineError("The answer took too long: ask again") from error
        finally:
            with suppress(ValueError):  # where the worker has taken it already
                self._queue.remove(waiting)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing:
            await self._arrived.wait()
            batch = self._next_batch()
            if batch:
                questions = [waiting.question for waiting in batch]
                outcomes = await loop.run_in_executor(
                    self._compute, self._answer_batch, self._live.current, questions
                )
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    _settle(waiting.result, outcome)
            if not self._queue:
                self._arrived.clear()
        for waiting in self._queue:
            _settle(waiting.result, ServiceClosedError("The program is shutting down"))

    def _next_batch(self) -> list[_Waiting]:
        """The longest waiting questions whose askers are still there."""
        batch: list[_Waiting] = []
        while self._queue and len(batch) < _BATCH:
            waiting = self._queue.popleft()
            if not waiting.result.done():  # done means: the asker has gone
                batch.append(waiting)
        return batch

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


def _settle(result: asyncio.Future[Receipt], outcome: Receipt | ExpectedError) -> None:
    if result.done():
        return
    if isinstance(outcome, ExpectedError):
        result.set_exception(outcome)
    else:
        result.set_result(outcome)
