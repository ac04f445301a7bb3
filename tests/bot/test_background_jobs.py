"""The bot's own jobs: they come after the questions of people."""

import asyncio

import pytest

from bot.domain.errors import ServiceClosedError
from bot.domain.models import Question
from bot.serving.jobs import QuestionJob
from tests.bot.steered import SteeredIndex, asking, at_work, service_of


def job(text: str) -> QuestionJob:
    return QuestionJob(Question(question=text))


async def test_a_background_job_waits_until_no_question_waits(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            waiting = [await asking(service, f"Question {n}?") for n in range(40)]
            behind = asyncio.create_task(service.run_behind(job("Behind?")))
            await asyncio.sleep(0)
            later = await asking(service, "Later?")
        await asyncio.gather(first, *waiting, later, behind)
    assert [len(batch) for batch in live.encoder.batches] == [1, 32, 9, 1]
    assert live.encoder.batches[-1] == ["Behind?"]


async def test_a_background_job_runs_at_once_when_nothing_waits(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        receipt = await service.run_behind(job("What will the repair of the bridge cost?"))
        assert receipt.answer.question == "What will the repair of the bridge cost?"
        assert service.latencies_ms is None  # no time of a person's


async def test_a_question_that_is_given_up_does_not_hold_it_back(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            given_up = await asking(service, "Given up?")
            behind = asyncio.create_task(service.run_behind(job("Behind?")))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.wait([given_up])
        await asyncio.gather(first, behind)


async def test_a_background_job_that_waits_is_refused_at_the_end(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            waiting = await asking(service, "Waiting?")
            behind = asyncio.create_task(service.run_behind(job("Behind?")))
            await asyncio.sleep(0)
            service.refuse_waiting()
            with pytest.raises(ServiceClosedError):
                await behind
        await first
        assert isinstance(waiting.exception(), ServiceClosedError)
