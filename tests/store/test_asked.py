"""Questions as insights read them: outcomes, words and sentences, within bounds."""

import json
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import LiteralString

import pytest

from bot.domain.models import SmallTalk, Status, Turn
from bot.domain.outcomes import Outcome, outcome_of
from bot.store import Store, StoredReceipt, StorePlace
from bot.store.asked import Scope
from bot.store.schema import STEPS
from tests.store.conftest import GUILD, NOON, kept
from tests.store.outside import execute

ALL = Scope(NOON - timedelta(days=30), NOON + timedelta(days=30))
SCHEMAS = Path(__file__).parent / "schemas"


def with_answer(receipt: StoredReceipt, **changes: object) -> StoredReceipt:
    return replace(receipt, answer=receipt.answer.model_copy(update=changes))


ABSTAINED = {"status": Status.ABSTAINED, "citations": ()}
KINDS = (
    (with_answer(kept()), Outcome.ANSWERED),
    (with_answer(kept(), confidence=0.49), Outcome.UNSURE),
    (with_answer(kept(), **ABSTAINED), Outcome.ABSTAINED),
    (with_answer(kept(), **ABSTAINED, small_talk=SmallTalk.GREETING), None),
    (with_answer(kept(), citations=()), None),
)


async def test_questions_are_counted_by_day_and_outcome(store: Store) -> None:
    for receipt, outcome in KINDS:
        assert outcome_of(receipt.answer) == outcome
        await store.receipts.add(receipt)
    await store.receipts.add(kept(created=NOON - timedelta(days=3)))
    counts = await store.asked.counts(ALL)
    assert counts == {
        (date(2031, 5, 4), Outcome.ANSWERED): 1,
        (date(2031, 5, 4), Outcome.UNSURE): 1,
        (date(2031, 5, 4), Outcome.ABSTAINED): 1,
        (date(2031, 5, 1), Outcome.ANSWERED): 1,
    }
    assert await store.asked.counts(replace(ALL, guild=GUILD + 1)) == {}
    assert await store.asked.citations(ALL) == {"harbour": 3}


async def test_a_store_of_the_schema_before_gets_the_same_outcomes(path: Path) -> None:
    """The step computes in SQL what the program computes for new answers."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.executescript((SCHEMAS / "5.sql").read_text(encoding="utf-8"))
    old.execute("DELETE FROM receipts")
    insert = (
        "INSERT INTO receipts (id, created, asker, guild, channel, private, answer)"
        " VALUES (?, '2031-05-04T12:00:00.000000+00:00', 'a', ?, 1, 0, ?)"
    )
    for receipt, _ in KINDS:
        old.execute(insert, (receipt.id, GUILD, receipt.answer.model_dump_json()))
    # No public answer can be damaged like this one: an insert of it fails.
    old.execute(insert, ("damaged", None, "{Zebulon"))
    old.commit()
    old.close()
    async with Store.open(path):
        pass
    new = sqlite3.connect(path)
    found = dict(new.execute("SELECT id, outcome FROM receipts"))
    new.close()
    assert found == {receipt.id: outcome for receipt, outcome in KINDS} | {"damaged": None}
    assert len(STEPS) > 5


async def test_the_newest_come_first_in_parts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.asked._PART", 2)
    same = [kept(f"At noon {n}?") for n in range(3)]
    older = kept("Older?", created=NOON - timedelta(minutes=1))
    for receipt in (older, *same):
        await store.receipts.add(receipt)
    expected = [receipt.id for receipt in (*reversed(same), older)]
    for most in range(6):
        found = await store.asked.newest(ALL, most)
        assert [each.id for each in found] == expected[:most]


async def test_a_follow_up_is_read_as_it_was_understood(store: Store) -> None:
    turn = Turn(question="Which bridge?", answer="The harbour bridge [1].")
    follow_up = with_answer(kept("And when?", history=(turn,)), understood_as="When: the bridge")
    alone = with_answer(kept("Who, then?"), understood_as="who")
    for receipt in (follow_up, alone):
        await store.receipts.add(receipt)
    found = await store.asked.newest(ALL, 9)
    assert [each.words for each in found] == ["Who, then?", "When: the bridge"]


async def test_the_closest_sentence_stands_for_an_answer_that_was_not_given(store: Store) -> None:
    near = kept().answer.citations[0].model_copy(update={"quote": "It opens in June."})
    receipt = with_answer(kept(), **ABSTAINED, closest=(near,))
    await store.receipts.add(receipt)
    await store.votes.vote(receipt.id, "someone", -1)
    [found] = await store.asked.newest(ALL, 9)
    assert found.sentence == near
    assert (found.up, found.down) == (0, 1)


async def test_a_damaged_answer_or_sentence_is_left_out(store: Store, place: StorePlace) -> None:
    one, two = kept(), kept()
    for receipt in (one, two):
        await store.receipts.add(receipt)
    execute(place, "UPDATE receipts SET answer = '{' WHERE id = ?", one.id)
    strange = json.dumps({"citations": [{"role": "evidence", "of": "another version"}]})
    execute(place, "UPDATE receipts SET answer = ? WHERE id = ?", strange, two.id)
    [found] = await store.asked.newest(ALL, 9)
    assert (found.id, found.sentence) == (two.id, None)


@pytest.mark.parametrize(
    "damage",
    [
        "created = '2031-05-04T noon'",
        "created = '2031-05-0 noon'",
        "outcome = 'of another version'",
    ],
)
async def test_a_damaged_row_hides_none_of_the_others(
    store: Store, place: StorePlace, damage: LiteralString
) -> None:
    one, two = kept(), kept()
    for receipt in (one, two):
        await store.receipts.add(receipt)
    execute(place, f"UPDATE receipts SET {damage} WHERE id = ?", one.id)
    assert [each.id for each in await store.asked.newest(ALL, 9)] == [two.id]
    assert (await store.asked.counts(ALL))[date(2031, 5, 4), Outcome.ANSWERED] >= 1


@pytest.mark.parametrize("closest", [{"0": "of another version"}, "text", 7])
async def test_closest_sentences_of_another_form_are_left_out(
    store: Store, place: StorePlace, closest: object
) -> None:
    await store.receipts.add(kept())
    execute(place, "UPDATE receipts SET answer = ?", json.dumps({"closest": closest}))
    [found] = await store.asked.newest(ALL, 9)
    assert found.sentence is None
