"""Replays: a question asked on Discord, asked again in the REPL by its receipt's id."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_service
from bot.config.settings import Settings
from bot.domain.models import Question
from bot.store import Store, StoredReceipt, new_id
from index.generations.live import LiveIndex
from tests.bot.conftest import Program


async def _kept(settings: Settings, question: str, quote: str = "", *, typed: bool = True) -> str:
    """Ask and store the answer as the Discord bot does. With `quote`, the stored answer cites that
    sentence instead."""
    live = LiveIndex(settings.index, settings.encoders)
    async with (
        open_service(settings, live) as service,
        Store.open(settings.store, keep_questions=typed) as store,
    ):
        asked = Question(question=question, id=new_id())
        answer = (await service.answer(asked)).answer
        if quote:
            cited = answer.citations[0].model_copy(update={"quote": quote})
            answer = answer.model_copy(update={"citations": (cited,)})
        kept = StoredReceipt(asked.id, datetime.now(UTC), "hash", None, 1, asked, answer, False)
        await store.receipts.add(kept)
    return asked.id


@pytest.fixture
def settings(built_index: Path, encoder_home: Path, tmp_path: Path) -> Settings:
    return Settings(index=built_index, encoders=encoder_home, store=tmp_path / "dealbot.sqlite")


def _replayed(program: Program, settings: Settings, line: str) -> tuple[str, str]:
    done = program(
        *("repl", "--index", settings.index, "--store", settings.store),
        input=f"{line}\n:quit\n".encode(),
    )
    assert done.returncode == 0
    return done.stdout.decode(), done.stderr.decode()


def test_the_same_answer_is_told_to_be_the_same(program: Program, settings: Settings) -> None:
    receipt = asyncio.run(_kept(settings, "What will the repair of the bridge cost?"))
    shown, complaint = _replayed(program, settings, f":replay {receipt}")
    assert "the repair will cost $12.5 million" in shown
    assert "The answer is the same now" in shown
    assert complaint == ""


def test_another_answer_is_shown_beside_the_one_of_then(
    program: Program, settings: Settings
) -> None:
    question = "What will the repair of the bridge cost?"
    receipt = asyncio.run(_kept(settings, question, quote="The repair will cost nothing."))
    shown, _ = _replayed(program, settings, f":replay {receipt}")
    then, now = shown.split("The answer is different now:")
    assert "The repair will cost nothing." in then
    assert "the repair will cost $12.5 million" in now


def test_a_question_that_is_not_kept_is_told(program: Program, settings: Settings) -> None:
    receipt = asyncio.run(_kept(settings, "What will the repair of the bridge cost?", typed=False))
    _, complaint = _replayed(program, settings, f":replay {receipt}")
    assert "the setting keep_questions was off" in complaint


@pytest.mark.parametrize(
    ("line", "complaint"),
    [(":replay", "Which answer?"), (":replay aaaaaaaaaaaa", "There is no receipt aaaaaaaaaaaa")],
)
def test_what_cannot_be_replayed_is_told(
    program: Program, settings: Settings, line: str, complaint: str
) -> None:
    assert complaint in _replayed(program, settings, line)[1]
    assert not settings.store.exists()
