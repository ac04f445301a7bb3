"""A store with questions of several people, and the insights over it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.insights import Insights
from bot.domain.models import Answer, Citation, Status
from bot.insights.service import InsightsService
from bot.store import Store, StoredReceipt
from index.generations.live import LiveIndex
from tests.store.conftest import kept

NOW = datetime.now(UTC)
BRIDGE = ("When does the bridge close?", "when does the bridge close")
PERU = "What is the capital of Peru?"


def cited(quote: str, article: str = "harbour") -> Citation:
    """Build a citation of an article of the index of three generations."""
    first = kept().answer.citations[0]
    end = first.start + len(quote)
    return first.model_copy(update={"quote": quote, "end": end, "article_id": article})


def asked(text: str, asker: str, *, answered: bool = True, **given: Any) -> StoredReceipt:
    """Build the receipt of a question of today, answered or not."""
    receipt = kept(text, asker=asker, **{"created": NOW, **given})
    near = cited("The harbour closed in June.")
    changes: dict[str, Any] = {"citations": (near,)}
    if not answered:
        changes = {"status": Status.ABSTAINED, "citations": (), "closest": (near,)}
    answer: Answer = receipt.answer.model_copy(update=changes)
    return replace(receipt, answer=answer)


@dataclass
class Asking:
    """A store, and the insights over it and an index of three generations."""

    store: Store
    service: InsightsService

    async def add(self, *receipts: StoredReceipt) -> None:
        for receipt in receipts:
            await self.store.receipts.add(receipt)

    async def insights(self, days: int = 30, **scope: Any) -> Insights:
        return await self.service.insights(days, **scope)


@pytest.fixture(scope="session")
def harbour(three_generations: Path, encoder_home: Path) -> LiveIndex:
    return LiveIndex(three_generations, encoder_home)


@pytest.fixture
async def asking(tmp_path: Path, harbour: LiveIndex) -> AsyncIterator[Asking]:
    """Yield a store that keeps questions; two people must ask before words are shown."""
    async with Store.open(tmp_path / "data" / "store.sqlite3", keep_questions=True) as store:
        yield Asking(store, InsightsService(store, harbour, people=2))


@pytest.fixture
async def wordless(tmp_path: Path, harbour: LiveIndex) -> AsyncIterator[Asking]:
    """Yield a store that does not keep questions."""
    async with Store.open(tmp_path / "data" / "store.sqlite3") as store:
        yield Asking(store, InsightsService(store, harbour, people=2))


def yesterday() -> datetime:
    return NOW - timedelta(days=1)
