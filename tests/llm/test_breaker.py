"""The circuit breaker: an endpoint that keeps failing is left alone, retried now and then, and used
again once it works."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.app import open_live_index
from bot.config.settings import Settings
from bot.domain.models import Answer, Mode, Question, Trouble
from bot.generation.backend import Backend
from bot.generation.breaker import CircuitBreaker
from bot.generation.ledger import MemoryLedger
from bot.generation.model import Model
from bot.generation.setup import budget_of
from bot.generation.writer import Writer
from bot.monitoring.degradations import Degradations, Part
from bot.serving.service import AnswerService
from tests.llm import ScriptedEndpoint, fails, says, stalls
from tests.llm.conftest import ASKED
from tests.llm.test_faults import GOOD

_LONG = 3600.0


@dataclass
class Clock:
    """A clock in seconds that moves only when the test sets it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    endpoint: ScriptedEndpoint
    service: AnswerService
    clock: Clock
    degraded: Degradations
    _asked: int = 0

    async def ask(self) -> Answer:
        """Ask in new words each time: a text written once is not written again."""
        self._asked += 1
        return (await self.service.answer(Question(question=ASKED + "?" * self._asked))).answer

    @property
    def is_told(self) -> bool:
        """True if the bot's operators see the model as degraded."""
        return Part.MODEL in {each.part for each in self.degraded.current}

    async def troubles(self, times: int) -> list[Trouble | None]:
        answers = [await self.ask() for _ in range(times)]
        return [each.writing.trouble for each in answers if each.writing]


@pytest.fixture
async def scene(endpoint: ScriptedEndpoint, settings: Settings) -> AsyncIterator[Scene]:
    clock = Clock()
    backend = Backend(settings.llm_base_url, "scripted", None, timeout_s=20)
    budget, degraded = budget_of(settings, MemoryLedger()), Degradations()
    model = Model(backend, budget, timeout_s=20, at_once=4, degraded=degraded)
    model.breaker = CircuitBreaker(clock)
    writer, live = Writer(model), open_live_index(settings)
    service = AnswerService(live, max_waiting=64, deadline_s=60, writer=writer)
    async with backend, writer, service:
        yield Scene(endpoint, service, clock, degraded)


async def test_it_is_asked_no_more_once_it_has_failed_often(scene: Scene) -> None:
    scene.endpoint.always(fails(401))
    troubles = await scene.troubles(8)
    refused = troubles.count(Trouble.REFUSED)
    assert troubles == [Trouble.REFUSED] * refused + [Trouble.RESTING] * (8 - refused)
    assert 1 < refused < 8
    assert len(scene.endpoint.requests) == refused
    assert scene.is_told


async def test_one_tries_it_again_and_all_have_it_back(scene: Scene) -> None:
    scene.endpoint.always(fails(401))
    await scene.troubles(6)
    scene.endpoint.always(says(GOOD))
    assert await scene.troubles(1) == [Trouble.RESTING]
    scene.clock.now += _LONG
    answers = [await scene.ask() for _ in range(3)]
    assert [each.mode for each in answers] == [Mode.LLM] * 3
    assert not scene.is_told


async def test_while_one_tries_it_nobody_else_waits(scene: Scene) -> None:
    scene.endpoint.always(fails(401))
    await scene.troubles(6)
    before = len(scene.endpoint.requests)
    scene.clock.now += _LONG
    scene.endpoint.plays(stalls(GOOD, after=0))
    trial = asyncio.create_task(scene.ask())
    await scene.endpoint.asked(before + 1)
    assert await scene.troubles(3) == [Trouble.RESTING] * 3
    assert len(scene.endpoint.requests) == before + 1
    scene.endpoint.release()
    assert (await trial).mode is Mode.LLM


async def test_a_trial_that_fails_makes_it_rest_again(scene: Scene) -> None:
    scene.endpoint.always(fails(401))
    await scene.troubles(6)
    before = len(scene.endpoint.requests)
    scene.clock.now += _LONG
    assert await scene.troubles(3) == [Trouble.REFUSED, Trouble.RESTING, Trouble.RESTING]
    assert len(scene.endpoint.requests) == before + 1


async def test_an_answer_that_is_wrong_is_no_fault_of_the_endpoint(scene: Scene) -> None:
    scene.endpoint.always(says('{"answerable": false, "sentences": []}'))
    assert await scene.troubles(6) == [Trouble.UNANSWERED] * 6
    assert len(scene.endpoint.requests) == 6
