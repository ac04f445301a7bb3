"""Runner of job batches; a job that fails spoils only its own outcome."""

import logging
from collections.abc import Collection, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from threading import Lock
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
MOST_THREADS = 4

_log = logging.getLogger(__name__)


class BatchRunner:
    """Runner of batches of jobs: one batch at a time, its jobs on several threads.

    A job that is alone in its batch runs on the calling thread. Each thread takes engines that no
    other one uses. The jobs begin in their order."""

    def __init__(self, threads: int | None = None) -> None:
        """Use so many threads, by default one for each core and at most four."""
        self._most = threads or min(usable_cores(), MOST_THREADS)
        self._first = Engines()
        others = [Engines(self._first) for _ in range(self._most - 1)]
        self._unused = [*others, self._first]  # a stack: the engines used last know the most words
        self._threads = ThreadPoolExecutor(self._most, "answering job")
        self._lock = Lock()  # of `stopped` and of what follows
        self._begun: set[Hashable] = set()  # identities of jobs of the latest batch

    @property
    def operating_point(self) -> OperatingPoint:
        return self._first.answerer.operating_point

    def stop(self) -> Collection[Hashable]:
        """End the batch after the jobs that have begun, and return their identities; call it from
        any thread. A check ends after its sentence."""
        with self._lock:
            self._first.stopped.set()
            return frozenset(self._begun)

    def close(self) -> None:
        """End the threads, once no batch runs."""
        self._threads.shutdown()

    def run(self, live: LiveGeneration, jobs: Sequence[Job[Any]]) -> Iterator[tuple[Job[Any], Any]]:
        """Yield each job with its outcome or ExpectedError once this is computed: a long job holds
        no other one back.

        After `stop` it is a ServiceClosedError for each job that has not begun. The first job
        counts as begun at once. Every outcome is the damage of `live` if it has one. Any exception
        ends the batch."""
        if live.damage:
            yield from ((job, live.damage) for job in jobs)
            return
        with self._lock:
            self._begun = {jobs[0].identity}
        questions = [question for job in jobs if (question := job.to_encode) is not None]
        encoded = iter(self._encode(live, questions))
        prepared = [(job, next(encoded) if job.to_encode is not None else None) for job in jobs]
        if len(jobs) == 1 or self._most == 1:
            for each in prepared:
                yield each[0], self._outcome(live, *each)
            return
        futures: dict[Future[Any], Job[Any]] = {}
        try:
            for each in prepared:
                futures[self._threads.submit(self._outcome, live, *each)] = each[0]
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            _end(futures)

    def _begins(self, job: Job[Any]) -> bool:
        """Return whether the job may begin, and record that it has."""
        with self._lock:
            if not self._first.stopped.is_set():
                self._begun.add(job.identity)
            return job.identity in self._begun

    def _outcome(
        self, live: LiveGeneration, job: Job[Any], encoded: EncodedQuestion | ExpectedError | None
    ) -> Any:
        if isinstance(encoded, ExpectedError):
            return encoded
        if not self._begins(job):
            return ServiceClosedError(Refusal.CLOSING)
        engines = self._unused.pop()
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


def _end(futures: Collection[Future[Any]]) -> None:
    """Cancel the jobs that have not begun, and wait for the others."""
    wait([future for future in futures if not future.cancel()])


def _expected(error: Exception, job_id: str) -> ExpectedError:
    """Return the error to show to the asker; log a bug under a reference."""
    if isinstance(error, ExpectedError):
        return error
    about = {"question": job_id} if job_id else None
    return log_bug(_log, error, "bug %s while answering", about)
