"""Receipts: stored unchanged, found again, offered to those who may see them, forgotten."""

import logging
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import LiteralString

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Status, Turn
from bot.store import Store, StoredReceipt, StorePlace, new_id
from bot.store.timestamps import to_text
from tests.store.conftest import CHANNEL, GUILD, NOON, kept
from tests.store.outside import execute


def question_of(receipt: StoredReceipt) -> str:
    assert receipt.question is not None
    return receipt.question.question


def test_ids_are_short_and_do_not_repeat() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[a-z2-7]{12}", receipt_id) for receipt_id in ids)


async def test_a_receipt_comes_back_as_it_was(store: Store) -> None:
    turn = Turn(question="Which bridge?", answer="The harbour bridge [1].")
    for receipt in (
        kept("And „when”?\n\x00 👩‍🍳", history=(turn,), private=True),
        kept(guild=None, status=Status.ABSTAINED),
        kept(created=datetime(2031, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=9)))),
    ):
        await store.receipts.add(receipt)
        assert await store.receipts.get(receipt.id) == receipt


async def test_an_id_is_found_as_a_person_types_it(store: Store) -> None:
    receipt = kept()
    await store.receipts.add(receipt)
    assert await store.receipts.get(f" {receipt.id.upper()}\n") == receipt
    for unknown in (new_id(), "", "x' OR 1=1 --", "\ud800" * 12, "a" * 5000):
        assert await store.receipts.get(unknown) is None


async def test_a_receipt_is_found_by_each_of_its_messages(store: Store) -> None:
    first, second = kept(), kept()
    for receipt in (first, second):
        await store.receipts.add(receipt)
    await store.receipts.link_message(1, first.id)
    await store.receipts.link_message(2, first.id)
    assert await store.receipts.of_message(1) == first
    assert await store.receipts.of_message(2) == first
    await store.receipts.link_message(2, second.id)
    assert await store.receipts.of_message(2) == second
    assert await store.receipts.of_message(3) is None


async def test_a_message_of_a_forgotten_receipt_is_linked_to_nothing(store: Store) -> None:
    await store.receipts.link_message(1, new_id())
    assert await store.receipts.of_message(1) is None


async def test_a_conversation_is_what_everyone_in_the_channel_saw_of_late(store: Store) -> None:
    for receipt in (
        kept("Too old?"),
        kept("Too many?", created=NOON + timedelta(minutes=1)),
        kept("First?", created=NOON + timedelta(minutes=1), asker="another"),
        kept("Whispered?", created=NOON + timedelta(minutes=2), private=True),
        kept("Elsewhere?", created=NOON + timedelta(minutes=3), channel=CHANNEL + 1),
        kept("Second?", created=NOON + timedelta(minutes=4)),
        kept("Direct?", guild=None, channel=7, private=True),
    ):
        await store.receipts.add(receipt)
    recent = await store.receipts.recent(CHANNEL, NOON + timedelta(seconds=1), 2)
    assert [question_of(receipt) for receipt in recent] == ["First?", "Second?"]
    assert len(await store.receipts.recent(CHANNEL, NOON, 9)) == 4
    own = await store.receipts.recent(CHANNEL, NOON, 9, asker="another")
    assert [question_of(receipt) for receipt in own] == ["First?"]
    assert [question_of(receipt) for receipt in await store.receipts.recent(7, NOON, 9)] == [
        "Direct?"
    ]


@pytest.mark.parametrize(
    "damage",
    [
        """UPDATE receipts SET answer = '{"id": "q", "of": "another version"}'""",
        "UPDATE receipts SET question = '{a secret'",
        "UPDATE receipts SET created = 'yesterday'",
    ],
)
async def test_a_receipt_that_this_version_cannot_read_is_none_and_logged(
    store: Store, place: StorePlace, caplog: pytest.LogCaptureFixture, damage: LiteralString
) -> None:
    receipt = kept("a secret?")
    await store.receipts.add(receipt)
    await store.receipts.link_message(1, receipt.id)
    execute(place, damage)
    with caplog.at_level(logging.WARNING):
        assert await store.receipts.get(receipt.id) is None
        assert await store.receipts.of_message(1) is None
        assert await store.receipts.recent(CHANNEL, datetime.min.replace(tzinfo=UTC), 9) == []
    assert f"receipt {receipt.id} cannot be read" in caplog.text
    assert "secret" not in caplog.text  # logs never contain what users asked


async def test_pruning_forgets_what_is_older_with_all_that_hangs_on_it(
    store: Store, place: StorePlace
) -> None:
    # An hour before noon, though its text in its own zone sorts after noon.
    east = timezone(timedelta(hours=5))
    old = kept(created=datetime(2031, 5, 4, 16, tzinfo=east))
    new = kept(created=NOON)
    for message, receipt in enumerate((old, new)):
        await store.receipts.add(receipt)
        await store.receipts.link_message(message, receipt.id)
        await store.votes.vote(receipt.id, "someone", 1)
    assert await store.receipts.prune(NOON) == 1
    assert await store.receipts.prune(NOON) == 0
    assert await store.receipts.get(old.id) is None
    assert await store.receipts.of_message(0) is None
    assert await store.receipts.of_message(1) == new
    assert execute(place, "SELECT receipt FROM votes") == [(new.id,)]


@given(st.lists(st.datetimes(timezones=st.timezones()), max_size=5))
def test_moments_sort_as_text_and_come_back(moments: list[datetime]) -> None:
    texts = sorted(map(to_text, moments))
    assert [datetime.fromisoformat(text) for text in texts] == sorted(
        moment.astimezone(UTC) for moment in moments
    )


# --- offered questions -----------------------------------------------------------------------


async def offered(store: Store, text: str, limit: int = 25) -> list[str]:
    return await store.receipts.answered_questions(GUILD, text, limit)


async def test_questions_are_found_from_the_start_of_any_word_in_any_case(store: Store) -> None:
    question = "What does “ÖBB” pay Volta-Marine for 50% of it?"
    await store.receipts.add(kept(question))
    for text in ("", "w", "WHAT does", "öbb", "öBB pay", "marine", "volta mar", " 50%", "ｗｈａｔ"):
        assert await offered(store, text) == [question], text
    for text in ("hat", "arine", "what pay", "it? no", "?", "%", "_", "w%t", "w_at", "\\", "'"):
        assert await offered(store, text) == [], text


async def test_nothing_is_offered_that_not_everyone_in_the_server_may_see(store: Store) -> None:
    turn = Turn(question="Which bridge?", answer="The harbour bridge [1].")
    for receipt in (
        kept("Private?", private=True),
        kept("Elsewhere?", guild=GUILD + 1),
        kept("Direct?", guild=None),
        kept("Abstained?", status=Status.ABSTAINED),
        kept("Hello?", evidence=False),
        kept("And then?", history=(turn,)),
        kept("Long? " * 20),
    ):
        await store.receipts.add(receipt)
        assert await offered(store, question_of(receipt)[:5]) == []
    assert await offered(store, "") == []


async def test_what_was_asked_openly_once_is_offered_though_asked_privately_too(
    store: Store,
) -> None:
    await store.receipts.add(kept("Open?"))
    await store.receipts.add(kept("open", private=True, created=NOON + timedelta(1)))
    assert await offered(store, "op") == ["Open?"]


async def test_the_likeliest_is_offered_first(store: Store) -> None:
    for minute, (text, asker) in enumerate(
        (
            ("Who built the bridge?", "a"),
            ("who built  the BRIDGE", "b"),
            ("The bridge: when does it close?", "a"),
            ("What does the bridge cost?", "a"),
            ("What does the bridge cost?", "a"),  # repeats by one user count once
            ("Is the bridge safe?", "c"),
        )
    ):
        await store.receipts.add(kept(text, asker=asker, created=NOON + timedelta(minutes=minute)))
    ranked = [
        "The bridge: when does it close?",  # begins with the typed text
        "who built  the BRIDGE",  # asked by two; shown as last typed
        "Is the bridge safe?",
        "What does the bridge cost?",
    ]
    assert await offered(store, "the bri") == ranked
    assert await offered(store, "the bri", limit=2) == ranked[:2]


async def test_only_the_channels_that_the_asker_sees_are_offered(store: Store) -> None:
    await store.receipts.add(kept("Staff only?", channel=CHANNEL + 1))
    await store.receipts.add(kept("For all?"))
    ask = store.receipts.answered_questions
    assert await ask(GUILD, "", 25, channels=[CHANNEL]) == ["For all?"]
    assert await ask(GUILD, "", 25, channels=[]) == []
    assert len(await ask(GUILD, "", 25, channels={CHANNEL, CHANNEL + 1})) == 2


@pytest.mark.parametrize("text", ["\ud800", "x\x00y", "'; DROP TABLE receipts; --", "a" * 10_000])
async def test_hostile_text_finds_nothing_and_harms_nothing(store: Store, text: str) -> None:
    await store.receipts.add(kept("Sound?"))
    assert await offered(store, text) == []
    assert await offered(store, "sound") == ["Sound?"]
