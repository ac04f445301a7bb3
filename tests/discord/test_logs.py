"""Logs of questions on Discord: every stage, under one id, without the question's text."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.discord.client import DealbotClient
from bot.discord.runtime import Runtime
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    receipt_id,
)
from tests.fake_discord import FakeDiscord
from tests.hang_guard import HANG_S

_STAGES = ["arrived", "queued", "batch", "answered", "delivered"]
_ABSTAINED = ["arrived", "queued", "batch", "abstained", "delivered"]


class Stages(logging.Handler):
    """A log handler that keeps the records of stages."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []
        self._told = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.__dict__)
        self._told.set()

    def of(self, question: str) -> list[str]:
        return [
            record["stage"]
            for record in self.records
            if question == record["question"] or question in record.get("questions", ())
        ]

    async def all_of(self, question: str) -> list[str]:
        """Return all stages of the question. The last is logged after Discord confirms the
        delivery, which may be later than users see the answer."""
        await self.until(lambda: "delivered" in self.of(question))
        return self.of(question)

    async def until(self, probe: Callable[[], bool]) -> None:
        async with asyncio.timeout(HANG_S):
            while not probe():
                self._told.clear()
                await self._told.wait()


@pytest.fixture
def stages() -> Iterator[Stages]:
    logger, kept = logging.getLogger("bot.questions"), Stages()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    try:
        yield kept
    finally:
        logger.removeHandler(kept)
        logger.setLevel(level)


async def test_a_command_leaves_every_stage_under_the_id_of_its_receipt(
    dealbot: DealbotClient, fake: FakeDiscord, stages: Stages
) -> None:
    guild = fake.guild()
    answer = await ask(fake, fake.user(), guild.general, ANSWERED)
    assert await stages.all_of(receipt_id(answer)) == _STAGES
    answer = await ask(fake, fake.user(), guild.general, NOT_ANSWERED)
    assert await stages.all_of(receipt_id(answer)) == [
        s.replace("answered", "abstained") for s in _STAGES
    ]
    assert not any(ANSWERED in str(record) for record in stages.records)


async def test_a_message_does_too(
    dealbot: DealbotClient, fake: FakeDiscord, stages: Stages
) -> None:
    guild = fake.guild()
    await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
    answer = await fake.next_message(guild.general)
    assert await stages.all_of(receipt_id(answer)) == _STAGES


async def test_a_refusal_tells_its_reason(
    opened_runtime: OpenRuntime, fake: FakeDiscord, stages: Stages
) -> None:
    guild, ann = fake.guild(), fake.user("Ann")
    async with opened_runtime(limit_per_user="1/minute") as runtime, connected(runtime, fake):
        await ask(fake, ann, guild.general, ANSWERED)
        await ask(fake, ann, guild.general, ANSWERED)
        await fake.say(ann, guild.general, ANSWERED, mention_bot=True)
        await stages.until(lambda: _reasons(stages) == ["limited"] * 2)
    refused = [record["question"] for record in stages.records if record["stage"] == "refused"]
    assert [stages.of(question) for question in refused] == [["arrived", "refused"]] * 2


def _reasons(stages: Stages) -> list[str]:
    return [record["reason"] for record in stages.records if record["stage"] == "refused"]


async def test_what_was_asked_is_logged_where_the_admin_wants_it(
    opened_runtime: OpenRuntime, fake: FakeDiscord, stages: Stages
) -> None:
    guild = fake.guild()
    async with opened_runtime(log_questions=True) as runtime, connected(runtime, fake):
        await ask(fake, fake.user(), guild.general, ANSWERED)
    assert [record["text"] for record in stages.records if "text" in record] == [ANSWERED]


async def test_questions_of_two_are_told_apart(
    runtime: Runtime, fake: FakeDiscord, stages: Stages
) -> None:
    guild = fake.guild()
    async with connected(runtime, fake):
        answers = [
            await ask(fake, fake.user(name), guild.general, ANSWERED) for name in ("Ann", "Ben")
        ]
    for answer in answers:
        assert await stages.all_of(receipt_id(answer)) == _STAGES
