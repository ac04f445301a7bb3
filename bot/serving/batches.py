"""Runner of job batches; a job that fails spoils only its own outcome."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from bot.answering.encoded_question import EncodedQuestion
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.models import Question
from bot.monitoring.bugs import log_bug
from bot.serving.jobs import Engines, Job
from index.errors import ExpectedError
from index.generations.live import LiveGeneration

_log = logging.getLogger(__name__)


class BatchRunner:
    """Runner of batches of jobs. One instance belongs to one thread, as its engines do."""

    def __init__(self) -> None:
        self._engines = Engines()

    @property
    def operating_point(self) -> OperatingPoint:
        return self._engines.answerer.operating_point

    def stop(self) -> None:
        """End the batch after the job in work; call it from any thread. A check ends after its
        sentence."""
        self._engines.stopped.set()

    def run(self, live: LiveGeneration, jobs: Sequence[Job[Any]]) -> Iterator[Any]:
        """Yield one outcome or ExpectedError per job, in their order, each once it is computed.

        After `stop` the rest is missing. Every outcome is the damage of `live` if it has one."""
        if live.damage:
            yield from (live.damage for _ in jobs)
            return
        questions = [question for job in jobs if (question := job.to_encode) is not None]
        encoded = iter(self._encode(live, questions))
        for job in jobs:
            yield self._outcome(live, job, next(encoded) if job.to_encode is not None else None)
            if self._engines.stopped.is_set():
                return

    def _outcome(
        self, live: LiveGeneration, job: Job[Any], encoded: EncodedQuestion | ExpectedError | None
    ) -> Any:
        if isinstance(encoded, ExpectedError):
            return encoded
        try:
            return job.run(self._engines, live, encoded)
        except Exception as error:  # only surfaces and batches catch every exception
            return _expected(error, job.id)

    def _encode(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> Sequence[EncodedQuestion | ExpectedError]:
        """Encode all questions together; if that fails, one by one, so that only the bad one
        fails."""
        try:
            return self._engines.answerer.encode(live, questions)
        except Exception as error:  # see above
            if len(questions) == 1:
                return [_expected(error, questions[0].id)]
        return [self._encode(live, [question])[0] for question in questions]


def _expected(error: Exception, job_id: str) -> ExpectedError:
    """Return the error to show to the asker; log a bug under a reference."""
    if isinstance(error, ExpectedError):
        return error
    about = {"question": job_id} if job_id else None
    return log_bug(_log, error, "bug %s while answering", about)
