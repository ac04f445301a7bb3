"""Runner of job batches; a job that fails spoils only its own outcome."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from bot.answering.encoded_question import EncodedQuestion
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.errors import Refusal, ServiceClosedError
from bot.domain.models import Question
from bot.monitoring.bugs import log_bug
from bot.serving.jobs import Engines, Job
from index.errors import ExpectedError
from index.generations.live import LiveGeneration
from index.machine import usable_cores

# Beyond these, threads would only wait for Python's lock: it is held for a third of an answer. The
# judge uses the other cores.
_MOST_THREADS = 4

_log = logging.getLogger(__name__)


class BatchRunner:
    """Runner of batches of jobs: one batch at a time, its jobs on several threads.

    A job that is alone in its batch runs on the calling thread. Each thread takes engines that no
    other one uses. The jobs begin in their order."""

    def __init__(self, threads: int | None = None) -> None:
        """Use so many threads, by default one for each core and at most four."""
        self._first = Engines()
        self._unused = [self._first]  # a stack: the engines used last know the most words
        self._most = threads or min(usable_cores(), _MOST_THREADS)
        self._threads = ThreadPoolExecutor(self._most, "answering job")

    @property
    def operating_point(self) -> OperatingPoint:
        return self._first.answerer.operating_point

    def stop(self) -> None:
        """End the batch after the jobs in work; call it from any thread. A check ends after its
        sentence."""
        self._first.stopped.set()

    def run(self, live: LiveGeneration, jobs: Sequence[Job[Any]]) -> Iterator[Any]:
        """Yield one outcome or ExpectedError per job, in their order, each once it is computed.

        After `stop` the rest is missing. Every outcome is the damage of `live` if it has one."""
        if live.damage:
            yield from (live.damage for _ in jobs)
            return
        questions = [question for job in jobs if (question := job.to_encode) is not None]
        encoded = iter(self._encode(live, questions))
        prepared = [(job, next(encoded) if job.to_encode is not None else None) for job in jobs]
        if len(jobs) == 1 or self._most == 1:
            for each in prepared:
                yield self._outcome(live, *each)
                if self._first.stopped.is_set():
                    return
            return
        first, *others = prepared  # the first one is in work, also if `stop` comes before it begins
        futures = [self._threads.submit(self._outcome, live, *first)]
        futures += [self._threads.submit(self._unless_stopped, live, *each) for each in others]
        try:
            for future in futures:
                yield future.result()
                if self._first.stopped.is_set():
                    return
        finally:
            _end(futures)

    def _unless_stopped(
        self, live: LiveGeneration, job: Job[Any], encoded: EncodedQuestion | ExpectedError | None
    ) -> Any:
        if self._first.stopped.is_set():
            return ServiceClosedError(Refusal.CLOSING)
        return self._outcome(live, job, encoded)

    def _outcome(
        self, live: LiveGeneration, job: Job[Any], encoded: EncodedQuestion | ExpectedError | None
    ) -> Any:
        if isinstance(encoded, ExpectedError):
            return encoded
        try:
            engines = self._unused.pop()
        except IndexError:
            engines = Engines(self._first)
        try:
            return job.run(engines, live, encoded)
        except Exception as error:  # only surfaces and batches catch every exception
            return _expected(error, job.id)
        finally:
            self._unused.append(engines)

    def _encode(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> Sequence[EncodedQuestion | ExpectedError]:
        """Encode all questions together; if that fails, one by one, so that only the bad one
        fails."""
        try:
            return self._first.answerer.encode(live, questions)
        except Exception as error:  # see above
            if len(questions) == 1:
                return [_expected(error, questions[0].id)]
        return [self._encode(live, [question])[0] for question in questions]


def _end(futures: Sequence[Future[Any]]) -> None:
    """Cancel the jobs that have not begun, and wait for the others."""
    wait([future for future in futures if not future.cancel()])


def _expected(error: Exception, job_id: str) -> ExpectedError:
    """Return the error to show to the asker; log a bug under a reference."""
    if isinstance(error, ExpectedError):
        return error
    about = {"question": job_id} if job_id else None
    return log_bug(_log, error, "bug %s while answering", about)
