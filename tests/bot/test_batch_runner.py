"""Batches on several threads: their order, their end, and answers that do not depend on threads."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from bot.domain.errors import ServiceClosedError
from bot.domain.models import Question
from bot.serving.batches import BatchRunner
from bot.serving.jobs import Engines, Job, QuestionJob
from tests.bot.steered import SteeredIndex
from tests.hang_guard import HANG_S

QUESTIONS = (
    "What will the repair of the bridge cost?",
    "Who ordered electric boats?",
    "What did the café's owner pay for the kitchen?",
    "Who won the world cup?",
    "Why are the tram drivers on strike?",
    "When will the bridge close?",
)


@dataclass(frozen=True, slots=True, eq=False)
class Work(Job[Any]):
    """Job that calls a function with its engines."""

    do: Callable[[Engines], Any]

    @property
    def id(self) -> str:
        return "work"

    @property
    def identity(self) -> Hashable:
        return id(self)

    def run(self, engines: Engines, *_: object) -> Any:
        return self.do(engines)


def outcomes_of(runner: BatchRunner, live: SteeredIndex, jobs: Sequence[Job[Any]]) -> list[Any]:
    """Run the jobs, and return their outcomes in the order of the jobs."""
    outcomes = dict(runner.run(live.current, jobs))
    return [outcomes[job] for job in jobs]


@pytest.fixture(scope="module")
def runner() -> BatchRunner:
    return BatchRunner(2)


def test_answers_do_not_depend_on_the_number_of_threads(live: SteeredIndex) -> None:
    jobs = [QuestionJob(Question(question=text)) for text in QUESTIONS]
    answers = [
        [
            (each.answer.citations, each.answer.closest, each.answer.confidence)
            for each in outcomes_of(BatchRunner(threads), live, jobs)
        ]
        for threads in (1, 3)
    ]
    assert answers[0] == answers[1]
    assert len({str(each) for each in answers[0]}) == len(QUESTIONS)


def test_jobs_of_a_batch_run_together_with_engines_of_their_own(
    runner: BatchRunner, live: SteeredIndex
) -> None:
    both = threading.Barrier(2, timeout=HANG_S)

    def meet(engines: Engines) -> Engines:
        both.wait()
        return engines

    one, other = outcomes_of(runner, live, [Work(meet), Work(meet)])
    assert one.answerer is not other.answerer
    assert one.answerer.ranker.judge is other.answerer.ranker.judge
    assert one.answerer.ranker.model is other.answerer.ranker.model
    readers = [each.answerer._encoder.reader(live.current) for each in (one, other)]
    assert readers[0] is readers[1], "the words of a generation are read once"


def test_a_long_job_holds_back_no_outcome(runner: BatchRunner, live: SteeredIndex) -> None:
    others_yielded = threading.Event()
    long = Work(lambda _: others_yielded.wait(HANG_S))
    others = [Work(lambda _: "short") for _ in range(3)]
    outcomes = runner.run(live.current, [long, *others])
    assert [next(outcomes) for _ in others] == [(job, "short") for job in others]
    others_yielded.set()
    assert list(outcomes) == [(long, True)]


def test_a_lone_job_runs_on_the_calling_thread(runner: BatchRunner, live: SteeredIndex) -> None:
    ran_on = outcomes_of(runner, live, [Work(lambda _: threading.get_ident())])
    assert ran_on == [threading.get_ident()]


def test_after_a_stop_no_job_begins_and_those_in_work_end(live: SteeredIndex) -> None:
    runner, began, goes_on = BatchRunner(2), threading.Semaphore(0), threading.Event()
    ran: list[int] = []

    def job(number: int) -> Work:
        def do(_: Engines) -> int:
            began.release()
            assert goes_on.wait(HANG_S)
            ran.append(number)
            return number

        return Work(do)

    jobs = [job(number) for number in range(6)]
    with ThreadPoolExecutor(1) as caller:
        ended = caller.submit(outcomes_of, runner, live, jobs)
        assert began.acquire(timeout=HANG_S)
        assert began.acquire(timeout=HANG_S)
        assert runner.stop() == {job.identity for job in jobs[:2]}
        goes_on.set()
        outcomes = ended.result(HANG_S)
    assert outcomes[:2] == sorted(ran) == [0, 1]
    assert all(isinstance(each, ServiceClosedError) for each in outcomes[2:])
