"""Service that answers questions: they arrive on the event loop and are computed in batches.

One thread owns the model and the index. Questions that arrive while it works wait in a queue and
form the next batch. So batches grow with the load, and a lone question does not wait. The queue is
fair between servers and between their askers. A question that is queued or in work already is not
computed twice."""

import asyncio
import logging
import math
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from typing import Any, Protocol, Self, TypeVar

from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify, Verify
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.domain.callbacks import OnDraft, OnWait
from bot.domain.claims import Check, CheckRequest, check_text
from bot.domain.errors import BugError, DeadlineError, Refusal, ServiceClosedError
from bot.domain.models import Question, check_question
from bot.domain.overviews import OverviewRequest, check_overview
from bot.monitoring.bugs import log_bug
from bot.monitoring.observer import Observer
from bot.serving.admission import Admission
from bot.serving.batches import BatchRunner
from bot.serving.in_flight import InFlight, QueuedJob
from bot.serving.jobs import CheckJob, Job, OverviewJob, QuestionJob, VerifyJob
from bot.serving.latencies import Latencies
from index.generations.live import LiveGeneration, LiveIndex
from index.machine import give_way

_BATCH = 32  # the encoder's throughput hardly grows beyond this size
_NOTICE_AFTER_S = 1.0  # a waiting asker gets a notice after this time
_NOTICE_TIMEOUT_S = 3.0  # an answer waits this long for the notice, so that it comes second
_RESERVE_S = 0.5  # part of the deadline that a model may not use up
# With three threads that computed on two busy cores, the event loop sent 22% of the refusals within
# 50 ms at the same priority, 29% with 5 (medians of three runs) and 54% with 10 (of two).
_NICE = 10

_Outcome = TypeVar("_Outcome")

_log = logging.getLogger(__name__)


class AnswerWriter(Protocol):
    """Writer of answers from their evidence with a language model (bot.generation.writer)."""

    async def write(
        self,
        receipt: Receipt,
        verify: Verify,
        within_s: float,
        *,
        asker: str | None = None,
        on_draft: OnDraft | None = None,
    ) -> Receipt: ...


class QuestionRewriter(Protocol):
    """Rewriter of follow-ups into stand-alone questions with a model (bot.generation.rewriter)."""

    async def rewrite(
        self, question: Question, within_s: float, *, asker: str | None = None
    ) -> Question: ...


class AnswerService:
    """Service that answers questions and checks texts; use it as an async context manager.

    Leaving it goes on answering the queued questions for `drain_s` seconds. Then it refuses the
    rest and waits for the question in work."""

    def __init__(
        self,
        live: LiveIndex,
        *,
        max_waiting: int,
        deadline_s: float,
        max_wait_s: float = math.inf,
        drain_s: float = 0.0,
        observer: Observer | None = None,
        writer: AnswerWriter | None = None,
        rewriter: QuestionRewriter | None = None,
    ) -> None:
        """Make the service over `live`.

        `writer` lets a model write the answers that have evidence, and `rewriter` lets it rewrite
        follow-ups. The caller closes both."""
        self._live, self._writer, self._rewriter = live, writer, rewriter
        self._observer = observer or Observer()
        self._deadline_s, self._drain_s = deadline_s, drain_s
        self.admission = Admission(max_waiting, max_wait_s)
        self._in_flight = InFlight(self.admission)
        self._latencies = Latencies()
        self._arrived, self._none_waits = asyncio.Event(), asyncio.Event()
        self._none_waits.set()
        self._closing, self._why_closed = False, ServiceClosedError(Refusal.CLOSING)
        self._winding_down = asyncio.Event()
        self._batches = BatchRunner()
        self._at_work_since: float | None = None

    async def __aenter__(self) -> Self:
        self._compute = ThreadPoolExecutor(1, thread_name_prefix="answering")
        self._worker = asyncio.create_task(self._work(), name="answering")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()
        try:
            if self._drain_s:
                await asyncio.wait({self._worker}, timeout=self._drain_s)
            self.refuse_waiting()
            # A second Ctrl-C ends this wait, not the worker, which still settles its batch.
            await asyncio.shield(self._worker)
        except asyncio.CancelledError:
            self.refuse_waiting()
            self._compute.shutdown(wait=False)
            raise
        self._compute.shutdown()
        self._batches.close()

    @property
    def has_writer(self) -> bool:
        """True if a model writes the answers that have evidence."""
        return self._writer is not None

    @property
    def waiting(self) -> int:
        """Number of queued questions."""
        return len(self._in_flight)

    @property
    def stalled_s(self) -> float:
        """Seconds in the current batch; 0 if there is none, inf once the worker has stopped."""
        if self._worker.done():
            return math.inf
        return 0.0 if self._at_work_since is None else time.monotonic() - self._at_work_since

    @property
    def latencies_ms(self) -> tuple[float, float] | None:
        """Median and 95th percentile in ms from queueing to outcome, of the last 500 questions and
        checks. The time in which a model rewrites or writes is not included."""
        return self._latencies.percentiles_ms

    @property
    def operating_point(self) -> OperatingPoint:
        """Confidence threshold above which questions are answered."""
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
        """Answer the question.

        The queue is fair between servers and between their askers. `on_wait` is called once with
        the number of jobs ahead if the wait takes more than a second. If a model writes, `on_draft`
        gets the answer in quotes, and then the draft as it grows.

        Raises QuestionError, ServiceBusyError, DeadlineError or ServiceClosedError. Cancelling the
        call removes the question from the queue. So does its deadline, even while a batch before it
        is stuck."""
        started = time.monotonic()
        receipt = await self.quote(question, asker=asker, server=server, on_wait=on_wait)
        if self._writer and receipt.answer.citations and not receipt.answer.overview:
            quoted = time.monotonic()
            left_s = max(0.0, self._deadline_s - _RESERVE_S - (quoted - started))
            writing = self._writer.write(
                receipt, self._verify, left_s, asker=asker, on_draft=on_draft
            )
            receipt = await self._unless_winding_down(writing, receipt)
            if receipt.answer.writing:
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
        """Answer in quotes alone, even if a model writes other answers; else like `answer`."""
        check_question(question.question)
        question, started = dated(question), time.monotonic()
        # If the queue is full, the question is refused at once: do not rewrite it first.
        if self._rewriter and self._in_flight.has_room:
            rewriting = self._rewriter.rewrite(question, self._deadline_s - _RESERVE_S, asker=asker)
            question = await self._unless_winding_down(rewriting, question)
        left_s = self._deadline_s - (time.monotonic() - started)
        job = QuestionJob(question)
        receipt = await self._in_turn(job, asker, server, on_wait, left_s)
        return replace(receipt, answer=receipt.answer.model_copy(update={"id": question.id}))

    async def check(
        self,
        request: CheckRequest,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
    ) -> Check:
        """Check the sentences of a text against the articles.

        The check waits for its turn among the questions. Raises what `answer` raises."""
        check_text(request.text)
        job = CheckJob(request)
        check = await self._in_turn(job, asker, server, on_wait, self._deadline_s)
        return check.model_copy(update={"id": request.id})

    async def overview(
        self,
        request: OverviewRequest,
        *,
        asker: str | None = None,
        server: str | None = None,
        on_wait: OnWait | None = None,
    ) -> Receipt:
        """Say what is new, or what happened day by day.

        The overview waits for its turn among the questions. Raises what `answer` raises."""
        check_overview(request)
        started = time.monotonic()
        job = OverviewJob(request)
        receipt = await self._in_turn(job, asker, server, on_wait, self._deadline_s)
        answer = receipt.answer.model_copy(update={"id": request.id})
        self._observer.answered(answer, time.monotonic() - started)
        return replace(receipt, answer=answer)

    async def _unless_winding_down(
        self, work: Coroutine[Any, Any, _Outcome], instead: _Outcome
    ) -> _Outcome:
        """Return the outcome of a model's work, or `instead` once the service winds down: an answer
        in quotes is right without a model."""
        working = asyncio.create_task(work, name="model")
        leaving = asyncio.create_task(self._winding_down.wait(), name="winding down")
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else instead
        finally:
            leaving.cancel()
            working.cancel()
            await asyncio.wait({working})

    async def _verify(self, drafted: SentenceToVerify) -> SentenceSupport:
        if self._winding_down.is_set():
            raise ServiceClosedError(Refusal.CLOSING)
        return await self._in_turn(
            VerifyJob(drafted), None, None, None, self._deadline_s, measured=False
        )

    async def run_behind(self, job: Job[_Outcome]) -> _Outcome:
        """Run a job of the bot's own once no question waits. Call it for one job at a time: then
        people wait for one such job at most.

        Raises ServiceBusyError, DeadlineError or ServiceClosedError."""
        await self._none_waits.wait()
        if self._winding_down.is_set():
            raise ServiceClosedError(Refusal.CLOSING)
        return await self._in_turn(job, None, None, None, self._deadline_s, measured=False)

    async def _in_turn(
        self,
        job: Job[_Outcome],
        asker: str | None,
        server: str | None,
        on_wait: OnWait | None,
        within_s: float,
        *,
        measured: bool = True,
    ) -> _Outcome:
        """Queue the job and wait for its outcome; `measured` counts its latency."""
        if self._closing:
            raise copy(self._why_closed)
        result: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        queued = QueuedJob(job, server, asker, result)
        self._in_flight.add(queued, self._live.current.generation.id)
        self._arrived.set()
        self._none_waits.clear()
        self._observer.queued(self.waiting)
        try:
            async with asyncio.timeout(within_s):
                if on_wait:
                    await self._tell_if_waiting(queued, on_wait)
                outcome = await queued.result
        except TimeoutError as error:
            raise DeadlineError(Refusal.LATE) from error
        finally:
            queued.result.cancel()
            self._in_flight.leave(queued)
            self._tell_if_none_waits()
        if measured:
            self._latencies.add(time.monotonic() - queued.since)
        return outcome

    def yield_to_event_loop(self) -> None:
        """Compute at a lower priority than the event loop, which then acknowledges and refuses
        requests sooner. Call it before the first question: threads inherit the priority."""
        self._compute.submit(give_way, _NICE)

    def wind_down(self) -> None:
        """Leave out what no person waits for: the bot's own jobs, and the work of a model.

        The questions in flight then get all of the cores."""
        self._winding_down.set()
        self._none_waits.set()

    def refuse_waiting(
        self, reason: ServiceClosedError | None = None, *, also_computed: bool = False
    ) -> None:
        """Take no more questions, and refuse those that are not being computed yet.

        With `also_computed`, stop waiting for the questions that are."""
        self._why_closed = reason or self._why_closed
        begun = self._batches.stop()
        self._in_flight.refuse(self._why_closed, begun, also_computed=also_computed)
        self._close()

    def _close(self) -> None:
        self._closing = True
        self._arrived.set()
        self._none_waits.set()

    def _tell_if_none_waits(self) -> None:
        if not len(self._in_flight):
            self._none_waits.set()

    async def _tell_if_waiting(self, queued: QueuedJob[_Outcome], on_wait: OnWait) -> None:
        done, _ = await asyncio.wait({queued.result}, timeout=_NOTICE_AFTER_S)
        if done:
            return
        try:
            async with asyncio.timeout(_NOTICE_TIMEOUT_S):
                await on_wait(self._in_flight.before(queued))
        except Exception:  # an error of the surface must not lose the answer
            _log.warning("a waiting request could not be notified", exc_info=True)

    async def _work(self) -> None:
        while not self._closing or len(self._in_flight):
            await self._arrived.wait()
            live = self._live.current
            jobs = self._in_flight.take(_BATCH, live.generation.id)
            self._tell_if_none_waits()
            if jobs:
                self._tell_taken(len(jobs))
                bug = await self._work_on(live, jobs)
                self._at_work_since = None
                self._in_flight.end_batch(bug or self._why_closed)
            if not (self._closing or len(self._in_flight)):
                self._arrived.clear()

    async def _work_on(self, live: LiveGeneration, jobs: Sequence[Job[Any]]) -> BugError | None:
        """Compute a batch. Return the bug that ended it early, if there is one."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._compute, self._run_batch, loop, live, jobs)
        except Exception as error:  # the worker must go on: nothing starts another one
            return log_bug(_log, error, "bug %s ended a batch")
        return None

    def _run_batch(
        self, loop: asyncio.AbstractEventLoop, live: LiveGeneration, jobs: Sequence[Job[Any]]
    ) -> None:
        """Compute a batch on this thread, and pass each outcome to the loop at once: the first of
        thirty questions need not wait for the last."""
        for job, outcome in self._batches.run(live, jobs):
            loop.call_soon_threadsafe(self._settle, job, outcome)

    def _settle(self, job: Job[Any], outcome: object) -> None:
        if isinstance(outcome, ServiceClosedError):  # a check that ended early
            outcome = self._why_closed
        if self._in_flight.settle(job, outcome):
            self._at_work_since = None
        if isinstance(outcome, Receipt) and not outcome.cached:
            self._observer.computed(outcome.timings)

    def _tell_taken(self, size: int) -> None:
        now = self._at_work_since = time.monotonic()
        taken = self._in_flight.in_work
        self._observer.taken(
            size, [each.job.id for each in taken], [now - each.since for each in taken]
        )
