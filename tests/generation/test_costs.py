"""Payment for a model's texts: the asker pays, and gets quotes once the daily budget is spent."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.domain.models import Answer, Question
from bot.domain.spending import Spent
from bot.generation.ledger import MemoryLedger
from bot.serving.service import AnswerService
from tests.llm import ScriptedEndpoint, cuts, fails, hangs, says
from tests.llm.endpoint import Act

ANN, BOB = "1310000000000000042", "1310000000000000043"
DRAFT = json.dumps(
    {"answerable": True, "sentences": [{"text": "The harbour closed in June.", "evidence": [1]}]}
)


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    async with ScriptedEndpoint() as scripted:
        scripted.always(says(DRAFT, output_tokens=30))
        yield scripted


class Payers:
    """Askers with their questions and what they have spent."""

    def __init__(self, service: AnswerService, ledger: MemoryLedger) -> None:
        self._service, self._ledger = service, ledger

    async def ask(self, asker: str, question: str = "When did the harbour close?") -> Answer:
        receipt = await self._service.answer(Question(question=question), asker=asker)
        return receipt.answer

    async def spent(self, asker: str) -> Spent:
        """Return what the asker has spent today (UTC). Wrong if the test crosses midnight."""
        return (await self._ledger.spent(datetime.now(UTC).date(), asker))[0]


OpenTo = Callable[..., AbstractAsyncContextManager[Payers]]


@pytest.fixture
def open_to(three_generations: Path, encoder_home: Path) -> OpenTo:
    @asynccontextmanager
    async def opened(endpoint: ScriptedEndpoint, **given: object) -> AsyncIterator[Payers]:
        settings = Settings.model_validate(
            {"index": three_generations, "encoders": encoder_home, "llm_model": "scripted"}
            | {"llm_base_url": endpoint.url}
            | given
        )
        ledger = MemoryLedger()
        async with open_service(settings, open_live_index(settings), ledger=ledger) as service:
            yield Payers(service, ledger)

    return opened


async def test_what_the_endpoint_counts_is_paid_by_who_asked(
    open_to: OpenTo, endpoint: ScriptedEndpoint
) -> None:
    async with open_to(endpoint) as payers:
        answer = await payers.ask(ANN)
        assert answer.mode == "llm"
        paid = await payers.spent(ANN)
        assert paid.output_tokens == 30
        assert paid.input_tokens > 0
        await payers.ask(BOB)  # already written
        assert await payers.spent(BOB) == Spent()


async def test_one_whose_day_is_spent_gets_quotes_and_others_what_a_model_writes(
    open_to: OpenTo, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(says(DRAFT, output_tokens=5_000))
    async with open_to(endpoint, llm_tokens_per_user_per_day=3_000) as payers:
        assert (await payers.ask(ANN)).mode == "llm"
        quotes = await payers.ask(ANN, "Did the harbour close?")
        assert quotes.mode == "extractive"
        assert quotes.writing is not None
        assert quotes.writing.trouble == "budget"
        assert quotes.citations
        assert len(endpoint.requests) == 1
        assert (await payers.ask(BOB, "Did the harbour close?")).mode == "llm"


@pytest.mark.parametrize("down", [True, False])
async def test_an_endpoint_that_writes_nothing_costs_nothing(
    open_to: OpenTo, endpoint: ScriptedEndpoint, down: bool
) -> None:
    if down:
        await endpoint.go_down()
    endpoint.always(fails(500))
    async with open_to(endpoint) as payers:
        assert (await payers.ask(ANN)).mode == "extractive"
        assert await payers.spent(ANN) == Spent()


@pytest.mark.parametrize("act", [hangs(), cuts(DRAFT, after=3)])
async def test_what_may_have_been_written_is_paid(
    open_to: OpenTo, endpoint: ScriptedEndpoint, act: Act
) -> None:
    endpoint.always(act)
    async with open_to(endpoint, llm_timeout_s=0.5) as payers:
        await payers.ask(ANN)
        paid = await payers.spent(ANN)
        assert paid.output_tokens == 600  # the maximum allowed
        assert paid.input_tokens > 300
