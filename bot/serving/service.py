"""The one door to answers: questions come in on the event loop and are computed in batches.

One thread owns the model and the index. Questions that arrive while it works wait in a queue and
go to it together as the next batch, so that load makes batches and a lone question waits for
nothing. The queue is fair between servers and between their askers; a question that is already on
its way is not computed twice.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.answering.draft_sentence import Carried, Written
from bot.answering.pipeline import Receipt
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.claims import Check, Claims, claim_spans
from bot.domain.errors import DeadlineError, ServiceClosedError
from bot.domain.models import Answer, Question, check_question
from bot.monitoring.observer import Observer
from bot.serving.admission import Admission
from bot.serving.batches import BatchAnswerer
from bot.serving.in_flight import Asked, InFlight, Outcome
from bot.serving.latencies import Latencies
from index.generations.live import LiveIndex
from prompts import text

_BATCH = 32  # about where the encoder's throughput stops growing with the batch
_MOMENT_S = 1.0  # whoever waits longer is told so
_TELLING_S = 3.0  # an answer waits so long for the notice before it, which else would come after it
_IN_HAND_S = 0.5  # of the deadline: what a model does not use

OnWait = Callable[[int], Awaitable[None]]
OnDraft = Callable[[Answer], Awaitable[None]]

if TYPE_CHECKING:  # only where a model is set: its client takes half a second
    from bot.generation.rewriter import Rewriter
    from bot.generation.writer import Writer

_log = logging.getLogger(__name__)


class AnswerService:
    """Use as an async context manager. Leaving it goes on answering what waits for `drain_s`, and
    refuses the rest, in words, after the batch in work is done."""

    def __init__(
        self,
        live: LiveIndex,
        *,
        max_waiting: int,
        deadline_s: float,
        max_wait_s: float = math.inf,
        drain_s: float = 0.0,
        observer: Observer | None = None,
        writer: "Writer | None" = None,
        rewriter: "Rewriter | None" = None,
    ) -> None:
        """`writer` lets a model write what has evidence, and `rewriter` put what leans on the
        conversation; whoever gives them closes them."""
        self._live, self._writer, self._rewriter = live, writer, rewriter
        self._observer = observer or Observer()
        self._deadline_s, self._drain_s = deadline_s, drain_s
        self.admission = Admission(max_waiting, max_wait_s)
        self._in_flight = InFlight(self.admission)
        self._latencies = Latencies()
        self._arrived = asyncio.Event()
        self._closing = False
        self._batches = BatchAnswerer()
        self._at_work_since: float | None = None

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
        self._close()
        try:
            if self._drain_s:
                await asyncio.wait({self._worker}, timeout=self._drain_s)
            self.refuse_waiting()
            # A second Ctrl-C ends the waiting, not the worker: it still settles its askers.
            await asyncio.shield(self._worker)
        except asyncio.CancelledError:
            self.refuse_waiting()
            self._compute.shutdown(wait=False)
            raise
        self._compute.shutdown()

    @property
    def has_writer(self) -> bool:
        """Whether a model writes what has evidence."""
        return self._writer is not None

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return len(self._in_flight)

    @property
    def stalled_s(self) -> float:
        """For how long the batch in work has been computed; 0 where there is none, endless where
        nothing will be computed any more."""
        if self._worker.done():
            return math.inf
        return 0.0 if self._at_work_since is None else time.monotonic() - self._at_work_since

    @property
    def latencies_ms(self) -> tuple[float, float] | None:
        """The median and the 95th percentile from asked to answered, of the last few hundred."""
        return self._latencies.percentiles_ms

    @property
    def operating_point(self) -> OperatingPoint:
        """From which confidence on questions are answered."""
        return self._batches.operating_point

    async def answer(
        self,
        question: Question,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
        on_draft: OnDraft | None = None,
    ) -> Receipt:
        """`asker` and `server` are whom the queue is fair between. `on_wait` is told once how many
        come first, where that takes more than a moment; where a model writes, `on_draft` gets the
        answer of quotes, and then what there is of the written one as it grows. Raises
        QuestionError, ServiceBusyError, DeadlineError or ServiceClosedError, each to be told to
        the asker. Cancelling the call takes the asker's question out of the queue, and so does its
        deadline, which holds while a batch before it is stuck."""
        started = time.monotonic()
        receipt = await self.quote(question, asker=asker, server=server, on_wait=on_wait)
        if self._writer and receipt.answer.citations:
            quoted = time.monotonic()
            left_s = max(0.0, self._deadline_s - _IN_HAND_S - (quoted - started))
            receipt = await self._writer.write(
                receipt, self._verify, left_s, asker=asker, on_draft=on_draft
            )
            assert receipt.answer.writing
            self._observer.written(receipt.answer.writing, time.monotonic() - quoted)
        self._observer.answered(receipt.answer, time.monotonic() - started)
        return receipt

    async def quote(
        self,
        question: Question,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
    ) -> Receipt:
        """The answer in quotes alone, whether a model writes others or not. As `answer`."""
        check_question(question.question)
        started = time.monotonic()
        # Where nobody could wait any more it is refused at once.
        if self._rewriter and self._in_flight.has_room:
            question = await self._rewriter.rewrite(
                question, self._deadline_s - _IN_HAND_S, asker=asker
            )
        left_s = self._deadline_s - (time.monotonic() - started)
        receipt = await self._in_turn(question, asker, server, on_wait, left_s)
        assert isinstance(receipt, Receipt)
        return replace(receipt, answer=receipt.answer.model_copy(update={"id": question.id}))

    async def check(
        self,
        claims: Claims,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
    ) -> Check:
        """The sentences of a text beside the articles. It waits for its turn among the questions,
        and raises what `answer` raises."""
        claim_spans(claims.question)
        check = await self._in_turn(claims, asker, server, on_wait, self._deadline_s)
        assert isinstance(check, Check)
        return check.model_copy(update={"id": claims.id})

    async def _verify(self, written: Written) -> Carried:
        carried = await self._in_turn(written, None, None, None, self._deadline_s)
        assert isinstance(carried, Carried)
        return carried

    async def _in_turn(
        self,
        question: Question,
        asker: str | None,
        server: str | None,
        on_wait: OnWait | None,
        within_s: float,
    ) -> Outcome:
        """What comes of it."""
        if self._closing:
            raise ServiceClosedError(text("refusals.closing"))
        asked = Asked(question, server, asker, asyncio.get_running_loop().create_future())
        self._in_flight.add(asked, self._live.current.generation.id)
        self._arrived.set()
        self._observer.queued(self.waiting)
        try:
            async with asyncio.timeout(within_s):
                if on_wait:
                    await self._tell_if_waiting(asked, on_wait)
                outcome = await asked.result
        except TimeoutError as error:
            raise DeadlineError(text("refusals.late")) from error
        finally:
            asked.result.cancel()
            self._in_flight.leave(asked)
        if not isinstance(outcome, Carried):
            self._latencies.add(time.monotonic() - asked.since)
        return outcome

    def refuse_waiting(self) -> None:
        """Takes no more questions, and refuses those that are not in work yet, in words."""
        self._in_flight.refuse(ServiceClosedError(text("refusals.closing")))
        self._close()

    def _close(self) -> None:
        self._closing = True
        self._arrived.set()

    async def _tell_if_waiting(self, asked: Asked, on_wait: OnWait) -> None:
        done, _ = await asyncio.wait({asked.result}, timeout=_MOMENT_S)
        if done:
            return
        try:
            async with asyncio.timeout(_TELLING_S):
                await on_wait(self._in_flight.before(asked))
        except Exception:  # it is the surface's own, and no reason to lose the answer
            _log.warning("someone who waits could not be told so", exc_info=True)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing or len(self._in_flight):
            await self._arrived.wait()
            live = self._live.current
            questions = self._in_flight.take(_BATCH, live.generation.id)
            if questions:
                self._tell_taken(len(questions))
                outcomes = await loop.run_in_executor(
                    self._compute, self._batches.answer, live, questions
                )
                self._at_work_since = None
                self._in_flight.settle(outcomes)
                for outcome in outcomes:
                    if isinstance(outcome, Receipt):
                        self._observer.computed(outcome.timings)
            if not (self._closing or len(self._in_flight)):
                self._arrived.clear()

    def _tell_taken(self, size: int) -> None:
        now = self._at_work_since = time.monotonic()
        asked = self._in_flight.in_work
        self._observer.taken(
            size, [each.question.id for each in asked], [now - each.since for each in asked]
        )
