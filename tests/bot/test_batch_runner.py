"""Batches on several threads: their order, their end, and answers that do not depend on threads."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def runner() -> BatchRunner:
    return BatchRunner(2)


def test_answers_do_not_depend_on_the_number_of_threads(live: SteeredIndex) -> None:
    jobs = [QuestionJob(Question(question=text)) for text in QUESTIONS]
    answers = [
        [
            (each.answer.citations, each.answer.closest, each.answer.confidence)
            for each in BatchRunner(threads).run(live.current, jobs)
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

    one, other = runner.run(live.current, [Work(meet), Work(meet)])
    assert one.answerer is not other.answerer
    assert one.answerer.ranker.judge is other.answerer.ranker.judge
    assert one.answerer.ranker.model is other.answerer.ranker.model


def test_outcomes_come_in_the_order_of_the_jobs(runner: BatchRunner, live: SteeredIndex) -> None:
    second_done = threading.Event()

    def first(_: Engines) -> str:
        assert second_done.wait(HANG_S)
        return "first"

    def second(_: Engines) -> str:
        second_done.set()
        return "second"

    assert list(runner.run(live.current, [Work(first), Work(second)])) == ["first", "second"]


def test_a_lone_job_runs_on_the_calling_thread(runner: BatchRunner, live: SteeredIndex) -> None:
    ran_on = list(runner.run(live.current, [Work(lambda _: threading.get_ident())]))
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

    with ThreadPoolExecutor(1) as caller:
        outcomes = caller.submit(
            lambda: list(runner.run(live.current, [job(number) for number in range(6)]))
        )
        assert began.acquire(timeout=HANG_S)
        assert began.acquire(timeout=HANG_S)
        runner.stop()
        goes_on.set()
        assert outcomes.result(HANG_S) == [0]
    assert sorted(ran) == [0, 1]
