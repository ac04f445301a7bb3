"""/export and /forget me: users alone get what is kept about them, and can delete it."""

import json

import pytest

from bot.discord.client import DealbotClient
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    button_id,
    connected,
    receipt_id,
)
from tests.fake_discord import Channel, FakeDiscord, Message, User
from tests.store.outside import votes_on


async def exported(fake: FakeDiscord, person: User, channel: Channel) -> dict[str, object]:
    message = await (await fake.slash(person, "export", channel=channel)).final()
    assert message.ephemeral or message.channel.guild is None
    [file] = message.attachments
    assert file["filename"] == "dealbot-export.json"
    kept: dict[str, object] = json.loads(file["text"])
    return kept


async def forgetting(fake: FakeDiscord, person: User, channel: Channel) -> Message:
    told = await (await fake.slash(person, "forget me", channel=channel)).response()
    assert told.seen_by is person
    return told


@pytest.mark.parametrize("direct", [False, True])
async def test_a_person_gets_and_forgets_what_is_theirs(
    dealbot: DealbotClient, fake: FakeDiscord, direct: bool
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    here = fake.dm(ann) if direct else harbour.general
    answer = await ask(fake, ann, here, ANSWERED)
    others = await ask(fake, bob, harbour.general, NOT_ANSWERED)
    mine, theirs = receipt_id(answer), receipt_id(others)
    vote = button_id(others, f"vote:{theirs}:up")
    await (await fake.click(others, vote, ann)).response()

    kept = await exported(fake, ann, here)
    assert [each["receipt"] for each in kept["answers"]] == [mine]  # type: ignore[attr-defined]
    assert kept["votes"] == {theirs: 1}

    told = await forgetting(fake, ann, here)
    assert "1 answer, 1 vote and 0 watched questions" in told.content
    store = dealbot.runtime.store
    assert await store.receipts.get(mine) is not None  # kept until the user confirms
    done = await (await fake.click(told, "Forget me", ann)).final()
    assert done.content == "Forgotten: 1 answer, 1 vote and 0 watched questions."
    assert done.buttons == []
    assert await store.receipts.get(mine) is None
    assert await votes_on(store, theirs) == (0, 0)
    assert await store.receipts.get(theirs) is not None
    kept = await exported(fake, ann, here)
    assert (kept["answers"], kept["votes"]) == ([], {})
    assert "no answers, no votes" in (await forgetting(fake, ann, here)).content


async def test_nobody_forgets_another(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    genuine = button_id(await forgetting(fake, ann, harbour.general), "forget:")
    forged = f"forget:{ann.id}:{'A' * 12}"
    for custom_id, person in ((genuine, bob), (forged, ann)):
        answer.buttons[0]["custom_id"] = custom_id  # as a tampered client could send it
        pressed = await fake.click(answer, custom_id, person)
        assert "not yours" in (await pressed.response()).content
    assert await dealbot.runtime.store.receipts.get(receipt_id(answer)) is not None


async def test_the_button_survives_a_restart(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime() as runtime, connected(runtime, fake):
        await ask(fake, ann, harbour.general, ANSWERED)
        told = await forgetting(fake, ann, harbour.general)
    async with opened_runtime() as runtime, connected(runtime, fake):
        done = await (await fake.click(told, "Forget me", ann)).final()
        assert "Forgotten: 1 answer, 0 votes" in done.content


async def test_what_does_not_fit_a_file_is_told(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.commands.data._LARGEST", 10)
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    told = await (await fake.slash(ann, "export", channel=harbour.general)).final()
    assert "too large for one file on Discord" in told.content
    assert told.attachments == []


async def test_a_file_that_gets_lost_is_sent_again(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.drop("PATCH /webhooks/*/messages/@original")
    assert (await exported(fake, ann, harbour.general))["user"] == ann.id
