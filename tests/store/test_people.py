"""Data of one user: everything kept about them is exported, and deleted on request."""

import json
from dataclasses import replace
from datetime import timedelta

from bot.store import AuditEntry, ServerSettings, Store, StorePlace
from bot.store.people import Counts
from bot.wording.answers import put_in_words
from tests.store.conftest import GUILD, NOON, kept
from tests.store.outside import execute, stored_bytes, votes_on

ANN, BOB = 1_310_000_000_000_000_042, 1_310_000_000_000_000_043


async def fill(store: Store) -> dict[str, str]:
    """Make Ann and Bob ask, vote on each other's answers and act as admins. Returns the ids of
    their first answers by user id."""
    firsts: dict[str, str] = {}
    for number, user in enumerate((ANN, BOB)):
        for question in (f"Asked by {user}?", f"And then, {user}?"):
            created = NOON + timedelta(minutes=number)
            receipt = kept(question, asker=store.asker(user), created=created)
            await store.receipts.add(receipt)
            await store.receipts.link_message(receipt.created.minute * 10 + len(firsts), receipt.id)
            firsts.setdefault(str(user), receipt.id)
        await store.audit.record(AuditEntry(NOON, GUILD, user, "config", "", "done"))
        await store.settings.change(GUILD, lambda now, user=user: _with_admin(now, user))  # type: ignore[misc]
    for voter, of in ((ANN, BOB), (BOB, ANN), (ANN, ANN)):
        await store.votes.vote(firsts[str(of)], store.asker(voter), 1)
    return firsts


def _with_admin(now: ServerSettings, user: int) -> ServerSettings:
    return now.model_copy(update={"admin_users": (*now.admin_users, user)})


async def test_a_person_gets_all_of_theirs_and_nothing_of_others(store: Store) -> None:
    firsts = await fill(store)
    exported = await store.people.export(ANN, put_in_words)
    assert [answer.question for answer in exported.answers] == [
        f"Asked by {ANN}?",
        f"And then, {ANN}?",
    ]
    assert exported.answers[0].answer.citations[0].quote == "closes in May."
    assert exported.votes == {firsts[str(ANN)]: 1, firsts[str(BOB)]: 1}
    assert [entry.actor for entry in exported.audit] == [ANN]
    assert exported.admin_of == (GUILD,)
    text = exported.model_dump_json()
    assert json.loads(text)["user"] == ANN
    assert str(BOB) not in text


async def test_settings_that_cannot_be_read_keep_nobody_from_an_export(
    store: Store, place: StorePlace
) -> None:
    execute(place, "INSERT INTO settings VALUES (1, '{half')")
    execute(place, """INSERT INTO settings VALUES (2, '{"admin_users": "none"}')""")
    assert (await store.people.export(ANN, put_in_words)).admin_of == ()


async def test_who_is_forgotten_leaves_nothing_but_the_log_of_what_admins_did(
    store: Store, place: StorePlace
) -> None:
    firsts = await fill(store)
    assert await store.people.count(ANN) == Counts(answers=2, votes=2)
    assert await store.people.forget(ANN) == Counts(answers=2, votes=2)
    assert await store.people.count(ANN) == Counts(0, 0)
    exported = await store.people.export(ANN, put_in_words)
    assert (exported.answers, exported.votes) == ((), {})
    assert len(exported.audit) == 1
    offered = await store.receipts.answered_questions(GUILD, "", 9)
    assert sorted(offered) == sorted([f"Asked by {BOB}?", f"And then, {BOB}?"])
    assert await votes_on(store, firsts[str(BOB)]) == (0, 0)
    linked = execute(place, "SELECT receipt FROM messages")
    assert {receipt for (receipt,) in linked} == {a.receipt for a in await bobs(store)}
    assert f"by {ANN}?".encode() not in stored_bytes(place)  # while the bot continues to run


async def bobs(store: Store):  # type: ignore[no-untyped-def]
    return (await store.people.export(BOB, put_in_words)).answers


async def test_what_was_only_known_for_a_while_is_forgotten_too(place: StorePlace) -> None:
    async with Store.open(place) as store:
        receipt = kept(asker=store.asker(ANN))
        await store.receipts.add(receipt)
        assert (await store.people.export(ANN, put_in_words)).answers[
            0
        ].question == "When does the bridge close?"
        await store.people.forget(ANN)
        await store.receipts.add(replace(receipt, question=None))
        after = await store.receipts.get(receipt.id)
        assert after is not None
        assert after.question is None
