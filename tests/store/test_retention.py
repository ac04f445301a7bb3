"""Questions are kept only if an admin says so, and forgotten ones are gone from the file."""

import os
import sqlite3
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import StoreError
from bot.domain.models import AnswerPart, Status, Turn
from bot.store import Store, StoredReceipt, StorePlace
from bot.store.sqlite_file import partial_copy
from bot.wording.answers import put_in_words
from tests.store.conftest import GUILD, NOON, kept
from tests.store.outside import execute, stored_bytes

KEEP_DAYS = 36_500
TYPED = "Does Zebulon close the bridge?"


def asked(**given: object) -> StoredReceipt:
    """Build a receipt that contains what was typed in every place that can."""
    turn = Turn(question="Who is Zebulon?", answer="The mayor.")
    receipt = kept(TYPED, history=(turn,), **given)  # type: ignore[arg-type]
    part = AnswerPart(
        question="Is it Zebulon?", status=Status.ABSTAINED, confidence=0.1, lacking=("Zebulon",)
    )
    typed = {"understood_as": f"Zebulon {TYPED}", "lacking": ("Zebulon", "7"), "parts": (part,)}
    return replace(receipt, answer=receipt.answer.model_copy(update=typed))


async def test_what_was_typed_never_reaches_the_disk_but_is_known_meanwhile(
    place: StorePlace,
) -> None:
    receipt = asked()
    async with Store.open(place) as store:
        await store.receipts.add(receipt)
        await store.receipts.link_message(1, receipt.id)
        assert await store.receipts.get(receipt.id) == receipt
        assert await store.receipts.of_message(1) == receipt
        assert b"Zebulon" not in stored_bytes(place)
        assert b"closes in May." in stored_bytes(place)
    async with Store.open(place) as store:
        after = await store.receipts.get(receipt.id)
        assert after is not None
        assert after.question is None
        assert (after.answer.question, after.answer.understood_as) == ("", "")
        assert [part.status for part in after.answer.parts] == [Status.ABSTAINED]
        unworded = after.answer.model_copy(update={"text": ""})
        assert "**" not in put_in_words(unworded).text  # no empty heading
        assert after.answer.citations == receipt.answer.citations
        assert await store.receipts.answered_questions(GUILD, "", 9) == []


async def test_what_was_typed_is_known_for_half_an_hour(
    place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    receipt = asked()
    async with Store.open(place) as store:
        await store.receipts.add(receipt)
        now += 1799
        assert await store.receipts.get(receipt.id) == receipt
        now += 2
        after = await store.receipts.get(receipt.id)
        assert after is not None
        assert after.question is None


async def test_not_without_end(place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.recent._MOST", 2)
    receipts = [asked() for _ in range(3)]
    async with Store.open(place) as store:
        for receipt in receipts:
            await store.receipts.add(receipt)
        known = [await store.receipts.get(receipt.id) for receipt in receipts]
        assert [each is not None and each.question is not None for each in known] == [
            False,
            True,
            True,
        ]


async def test_an_admin_who_stops_keeping_it_has_it_taken_out_of_the_file(
    place: StorePlace,
) -> None:
    receipts = [asked(asker=f"{number}") for number in range(1203)]  # enough for several batches
    async with Store.open(place, keep_questions=True) as store:
        for receipt in receipts:
            await store.receipts.add(receipt)
        assert await store.receipts.forget_questions() == 0
    execute(place, "UPDATE receipts SET answer = '{Zebulon' WHERE rowid = 7")
    assert b"Zebulon" in stored_bytes(place)
    async with Store.open(place) as store:
        assert await store.receipts.forget_questions() == 1203
        assert await store.receipts.forget_questions() == 0
        after = await store.receipts.get(receipts[0].id)
        assert after is not None
        assert after.answer.citations == receipts[0].answer.citations
        await store.forget_old(KEEP_DAYS)
        assert b"Zebulon" not in stored_bytes(place)


async def test_what_0_7_0_left_of_a_question_is_erased(
    place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.typed_text.PART", 2)
    receipts = [asked(asker=f"{number}") for number in range(7)]
    async with Store.open(place, keep_questions=True) as store:
        for receipt in receipts:
            await store.receipts.add(receipt)
    changes = "question = NULL, asked = NULL, offered = NULL"
    blank = "replace(replace(answer, ?, ''), ?, '')"
    typed = f"Zebulon {TYPED}", TYPED
    execute(place, f"UPDATE receipts SET {changes}, answer = {blank} WHERE rowid < 7", *typed)
    # 0.7.0 wrote spaces where it had erased a question itself
    execute(place, "UPDATE receipts SET answer = replace(answer, ':[', ': [') WHERE rowid < 4")
    async with Store.open(place) as store:
        assert await store.receipts.forget_questions() == 1
        for receipt in receipts:
            after = await store.receipts.get(receipt.id)
            assert after is not None
            assert after.answer.citations == receipt.answer.citations
            assert after.answer.parts[0].question == ""
        await store.forget_old(KEEP_DAYS)
        assert b"Zebulon" not in stored_bytes(place)


async def test_what_is_pruned_leaves_the_file(place: StorePlace) -> None:
    async with Store.open(place, keep_questions=True) as store:
        for number in range(1203):
            await store.receipts.add(asked(asker=f"{number}"))
        assert await store.receipts.prune(NOON + timedelta(1)) == 1203
        await store.forget_old(KEEP_DAYS)
        assert b"Zebulon" not in stored_bytes(place)  # while the bot continues to run


async def test_what_a_reader_keeps_in_the_file_is_told(path: Path) -> None:
    async with Store.open(path, busy_timeout_s=0.05) as store:
        await store.receipts.add(kept())
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM receipts").fetchall()
        await store.receipts.add(kept())
        with pytest.raises(StoreError, match="still has deleted data, because another program"):
            await store.forget_old(KEEP_DAYS)
        reader.close()
        await store.forget_old(KEEP_DAYS)


async def test_a_direct_channel_which_leads_to_a_person_is_kept_as_a_hash(path: Path) -> None:
    async with Store.open(path) as store:
        direct, channel = store.channel(1_310_000_000_000_000_777, None), store.channel(777, GUILD)
        assert direct != 1_310_000_000_000_000_777
        assert 0 <= direct < 2**63
        assert direct == store.channel(1_310_000_000_000_000_777, None)
        assert channel == 777
    async with Store.open(path.with_name("other")) as other:
        assert other.channel(1_310_000_000_000_000_777, None) != direct


async def test_direct_channels_of_schema_1_are_forgotten(path: Path) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path)
    script = Path(__file__).parent / "schemas" / "1.sql"
    old.executescript(script.read_text(encoding="utf-8"))
    old.execute("UPDATE receipts SET guild = NULL, channel = 777")
    old.commit()
    old.close()
    async with Store.open(path) as store:
        receipt = await store.receipts.get("abcdefgh2345")
        assert receipt is not None
        assert receipt.channel == 0


async def test_backups_of_migrations_go_with_what_they_hold(path: Path) -> None:
    async with Store.open(path) as store:
        old, fresh = (path.with_name(f"{path.name}.{number}.bak") for number in (1, 2))
        others = path.with_name("other.sqlite3.1.bak"), path.with_name(f"{path.name}.mine")
        unfinished = partial_copy(path), partial_copy(old)
        for file in (old, fresh, *unfinished, *others):
            file.write_text("Zebulon")
        for file in (old, *unfinished, *others):
            os.utime(file, (0, time.time() - 8 * 24 * 3600))
        await store.forget_old(keep_days=7)
        assert not any(file.exists() for file in (old, *unfinished))
        assert all(file.exists() for file in (fresh, *others))
