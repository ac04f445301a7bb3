"""Overload: refusals come at once, accepted questions are answered soon, and normal service returns
when the overload ends."""

import asyncio
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answering.receipt import Receipt
from bot.domain.errors import BugError, QuestionError, ServiceBusyError
from bot.domain.models import MAX_QUESTION_CHARS, Question, Turn
from bot.serving.service import AnswerService
from bot.wording.errors import worded_errors
from tests.bot.steered import SteeredIndex, asking, at_work, service_of
from tests.hang_guard import HANG_S

Tasks = list[asyncio.Task[Receipt]]

pytestmark = pytest.mark.alone

_MOST, _FEW = 128, 4  # questions that may wait: normally, and during an overload


class Unread(str):
    """A text that raises AssertionError if it is read."""

    __slots__ = ()

    def _read(self, *_: object) -> None:
        raise AssertionError("it was read")

    __iter__ = __getitem__ = strip = split = lower = encode = _read  # type: ignore[assignment]


async def ask_many(service: AnswerService, count: int, name: str, asker: str = "") -> Tasks:
    """Ask `count` different questions, each by an asker of its own, or all by `asker`."""
    return [
        await asking(service, f"{name} {n}?", asker=asker or f"{name} {n}") for n in range(count)
    ]


async def next_batch(live: SteeredIndex) -> None:
    """Let the batch at the gate through and wait for the next one."""
    live.encoder.gate.set()
    assert await asyncio.to_thread(live.encoder.entered.acquire, timeout=HANG_S)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
async def test_computing_yields_to_the_event_loop(live: SteeredIndex) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, 0)  # of the calling thread

    def priority_of_a_new_thread() -> int:
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(priority).result()

    own = priority()
    async with service_of(live) as service:
        service.yield_to_event_loop()
        for read in (priority, priority_of_a_new_thread):
            assert await asyncio.wrap_future(service._compute.submit(read)) == min(own + 10, 19)
    assert priority() == own


def is_refused(task: asyncio.Task[Receipt]) -> bool:
    return task.done() and isinstance(task.exception(), ServiceBusyError)


async def crowd(service: AnswerService, live: SteeredIndex) -> Tasks:
    """Fill the queue until a question is refused, then serve batches until the last one is in
    work."""
    live.encoder.closes_again = True
    tasks = await ask_many(service, _MOST + 1, "Crowd")
    assert [is_refused(task) for task in tasks] == [False] * _MOST + [True]
    while service.waiting:
        await next_batch(live)
    return tasks[:-1]


async def test_while_too_many_ask_few_wait_and_the_rest_is_refused_at_once(
    live: SteeredIndex,
) -> None:
    async with service_of(live, max_waiting=_MOST) as service:
        async with at_work(service, live) as first:
            taken = await crowd(service, live)
            for turn in range(10):
                coming = await ask_many(service, 40, f"Turn {turn}")
                # No answer is computed yet: the compute thread waits at the gate.
                assert [is_refused(task) for task in coming] == [False] * _FEW + [True] * 36
                assert service.waiting == _FEW
                taken += coming[:_FEW]
                await next_batch(live)
            live.encoder.closes_again = False
        await asyncio.gather(first, *taken)
    assert [len(batch) for batch in live.encoder.batches] == [1, 32, 32, 32, 32, *[_FEW] * 10]


async def test_when_the_load_ends_a_question_waits_for_nothing_and_a_burst_is_taken_in(
    live: SteeredIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.admission._CALM_S", 0)
    async with service_of(live, max_waiting=_MOST) as service:
        async with at_work(service, live):
            taken = await crowd(service, live)
            live.encoder.closes_again = False
        await asyncio.gather(*taken)
        live.encoder.batches.clear()
        await service.answer(Question(question="And now?"))
        assert live.encoder.batches == [["And now?"]]
        await asyncio.gather(*await ask_many(service, _MOST, "Later"))


async def test_a_crowd_of_questions_that_fail_leaves_room_like_any_other(
    live: SteeredIndex, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.admission._CALM_S", 0)
    async with service_of(live, max_waiting=8) as service:
        async with at_work(service, live):
            failing = await ask_many(service, 9, "An unencodable one")
        outcomes = await asyncio.gather(*failing, return_exceptions=True)
        assert [type(each) for each in outcomes] == [BugError] * 8 + [ServiceBusyError]
        assert len([each for each in caplog.records if each.levelno == logging.ERROR]) == 8
        await service.answer(Question(question="And now?"))
        await asyncio.gather(*await ask_many(service, 8, "Later"))


async def test_one_who_floods_gets_one_of_the_few_places_and_others_the_rest(
    live: SteeredIndex,
) -> None:
    async with service_of(live, max_waiting=_MOST) as service:
        async with at_work(service, live):
            taken = await crowd(service, live)
            for turn in range(6):
                flood = await ask_many(service, 20, f"Flood {turn}", asker="loud")
                others = await ask_many(service, _FEW - 1, f"Turn {turn}")
                # While one of the flooder's questions is computed, none of theirs waits.
                assert list(map(is_refused, flood)) == [turn % 2 == 1, *[True] * 19]
                assert not any(map(is_refused, others))
                taken += others
                await next_batch(live)
            live.encoder.closes_again = False
        await asyncio.gather(*taken)


async def test_a_hundred_who_ask_the_same_in_a_crowd_are_answered_by_one_computation(
    live: SteeredIndex,
) -> None:
    async with service_of(live, max_waiting=_MOST) as service:
        async with at_work(service, live):
            await crowd(service, live)
            others = await ask_many(service, _FEW - 1, "Other")
            same = [await asking(service, "The same?", asker=f"same {n}") for n in range(100)]
            live.encoder.closes_again = False
        receipts = await asyncio.gather(*same, *others)
    assert [receipt.answer.question for receipt in receipts[:100]] == ["The same?"] * 100
    assert sum(batch.count("The same?") for batch in live.encoder.batches) == 1


async def test_of_the_same_question_too_only_so_many_wait(live: SteeredIndex) -> None:
    async with service_of(live, max_waiting=8) as service:
        async with at_work(service, live):
            same = [await asking(service, "The same?", asker=str(n)) for n in range(9)]
            assert list(map(is_refused, same)) == [False] * 8 + [True]
        await asyncio.gather(*same[:8])
    assert live.encoder.batches[1:] == [["The same?"]]


async def test_thousands_who_leave_are_not_computed_and_leave_nothing_behind(
    live: SteeredIndex,
) -> None:
    before = asyncio.all_tasks()
    async with service_of(live, max_waiting=2000) as service:
        async with at_work(service, live) as first:
            # in work, merged, each its own
            for text in ("What comes first?", "The same of all?", ""):
                gone = [
                    await asking(service, text or f"Gone {n}?", asker=f"{text} {n}")
                    for n in range(1000)
                ]
                for task in gone:
                    task.cancel()
                await asyncio.wait(gone)
                assert all(task.cancelled() for task in gone)
                assert service.waiting == 0
            stays = await asking(service, "Who ordered boats?")
        await asyncio.gather(first, stays)
        assert asyncio.all_tasks() - before <= {service._worker}
    assert live.encoder.batches == [["What comes first?"], ["Who ordered boats?"]]


async def test_a_giant_question_is_refused_unread(live: SteeredIndex) -> None:
    giant = Unread("x" * 2_000_000)
    async with service_of(live) as service:
        with pytest.raises(QuestionError, match="2,000,000 characters"), worded_errors():
            await service.answer(Question.model_construct(question=giant))
    assert live.encoder.batches == []


async def test_of_a_giant_conversation_only_so_much_is_read_as_is_ever_said(
    live: SteeredIndex,
) -> None:
    giant = Turn(question="What about boats? " * 100_000, answer="Northline " * 200_000)
    asked = Question(question="And who ordered them?", history=(giant,) * 6)
    async with service_of(live) as service:
        await service.answer(asked)
    texts = [text for batch in live.encoder.batches for text in batch]
    # the question, each earlier one (is it small talk?), and the question with its context
    assert len(texts) <= 2 + len(asked.history)
    assert all(len(text) < 2 * MAX_QUESTION_CHARS for text in texts)
