"""A store in a file or a database of its own, and receipts to put into it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.domain.models import Answer, Citation, Question, Role, Status, Turn
from bot.store import Store, StoredReceipt, StorePlace, new_id

GUILD, CHANNEL = 1_310_000_000_000_000_001, 1_310_000_000_000_000_002
NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file, for tests of what only a file has."""
    return tmp_path / "data" / "store.sqlite3"


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, path: Path) -> StorePlace:
    """Name a store that does not exist yet, once in a file and once on a server."""
    if request.param == "file":
        return path
    return SecretStr(request.getfixturevalue("postgres").database())


@pytest.fixture
async def store(place: StorePlace) -> AsyncIterator[Store]:
    """Open a store that keeps questions."""
    async with Store.open(place, keep_questions=True) as store:
        yield store


def kept(
    text: str = "When does the bridge close?",
    *,
    created: datetime = NOON,
    asker: str = "someone",
    guild: int | None = GUILD,
    channel: int = CHANNEL,
    private: bool = False,
    status: Status = Status.ANSWERED,
    history: tuple[Turn, ...] = (),
    evidence: bool = True,
) -> StoredReceipt:
    """Build a receipt of an answered question; the arguments change its fields."""
    citation = Citation(
        article_id="harbour",
        title="Harbour bridge to close",
        source="Tarn Gazette",
        published="2031-02-03",
        url="",
        start=4,
        end=18,
        number=1,
        role=Role.EVIDENCE,
        quote="closes in May.",
        score=0.75,
    )
    answer = Answer(
        id="q",
        question=text,
        status=status,
        text="It closes in May [1].",
        citations=(citation,) if evidence else (),
        confidence=0.875,
        generation="0123456789abcdef",
        elapsed_ms=12.5,
    )
    question = Question(question=text, id="q", history=history)
    return StoredReceipt(new_id(), created, asker, guild, channel, question, answer, private)
