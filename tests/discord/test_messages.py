"""Questions in messages: which the bot answers, which it leaves alone, and how."""

import pytest
from discord import Permissions

from bot.discord.client import DealbotClient
from bot.discord.runtime import Runtime
from bot.requests.handler import Asker
from bot.store.settings import ServerSettings
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    receipt_id,
)
from tests.fake_discord import EVERYONE, Channel, FakeDiscord, Message, Overwrite
from tests.fake_discord.visibility import message_event

_WHO = "Who ordered electric boats?"
_WHEN = "And when will they arrive?"


def redeliver(fake: FakeDiscord, message: Message) -> None:
    """Send the message over the gateway once more."""
    fake.world.tell("MESSAGE_CREATE", message_event(message), message.channel)


async def is_left_alone(fake: FakeDiscord, channel: Channel, said: list[Message]) -> None:
    """Ask a further question, and assert that the bot answers only this one in the channel."""
    last = await fake.say(fake.user("Zoe"), channel, ANSWERED, mention_bot=True)
    answer = await fake.next_message(channel)
    assert answer.referenced is last
    assert fake.messages(channel) == [*said, last, answer]


async def test_a_mention_is_answered_in_a_reply(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    answer = await fake.next_message(harbour.general)
    assert answer.referenced is asked
    assert answer.embed["title"].startswith("$12.5 million")
    assert answer.embed["author"]["name"] == ANSWERED  # without the mention
    assert len(answer.buttons) == 4
    assert fake.world.typed == [harbour.general]


async def test_a_direct_message_needs_no_mention(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    ann = fake.user("Ann")
    await fake.say(ann, fake.dm(ann), _WHO)
    answer = await fake.next_message(fake.dm(ann))
    assert "Northline Ferries" in answer.text
    kept = await dealbot.runtime.store.receipts.get(receipt_id(answer))
    assert kept is not None
    assert kept.private
    await fake.say(ann, fake.dm(ann), _WHEN)
    assert (
        f"Understood as: {_WHO} {_WHEN}"
        in (await fake.next_message(fake.dm(ann))).embed["description"]
    )


async def test_a_reply_to_an_answer_goes_on_with_it(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    first = await ask(fake, ann, harbour.general, _WHO)
    await ask(fake, ann, harbour.general, ANSWERED)
    await fake.say(bob, harbour.general, _WHEN, reply_to=first)  # a reply mentions the bot
    second = await fake.next_message(harbour.general)
    assert f"{_WHO} {_WHEN}" in second.embed["description"]
    await fake.say(ann, harbour.general, "And who ordered them?", reply_to=second)
    third = await fake.next_message(harbour.general)
    assert f"{_WHEN} And who ordered them?" in third.embed["description"]


async def test_a_mention_in_a_channel_starts_anew(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await fake.say(ann, harbour.general, _WHO, mention_bot=True)
    await fake.next_message(harbour.general)
    await fake.say(ann, harbour.general, _WHEN, mention_bot=True)
    assert "Understood as" not in (await fake.next_message(harbour.general)).text


async def test_a_thread_is_one_conversation(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    thread = fake.thread(harbour.general, "boats", ann)
    await fake.say(ann, thread, _WHO, mention_bot=True)
    await fake.next_message(thread)
    await fake.say(bob, thread, _WHEN, mention_bot=True)
    assert f"{_WHO} {_WHEN}" in (await fake.next_message(thread)).embed["description"]


async def test_a_thread_goes_on_with_the_answer_it_was_started_from(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, _WHO)
    thread = fake.thread(harbour.general, "boats", bob, start=answer)
    await fake.say(bob, thread, _WHEN, mention_bot=True)
    assert f"{_WHO} {_WHEN}" in (await fake.next_message(thread)).embed["description"]


async def test_a_private_answer_is_never_gone_on_with_openly(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    private = await ask(fake, ann, harbour.general, _WHO, private=True)
    # Discord's app cannot reply to an ephemeral message; a tampered one may try.
    await fake.say(ann, harbour.general, _WHEN, mention_bot=True, reply_to=private)
    assert "Understood as" not in (await fake.next_message(harbour.general)).text


async def test_what_is_not_addressed_to_it_is_left_alone(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    said = [
        await fake.say(ann, harbour.general, ANSWERED),  # also hidden from the bot
        await fake.say(harbour.owner, harbour.general, f"@everyone {ANSWERED}"),
        await fake.say(ann, harbour.general, f"{fake.user('Bob').mention} {ANSWERED}"),
        await fake.say(fake.user("Robot", bot=True), harbour.general, ANSWERED, mention_bot=True),
        await fake.say(ann, harbour.general, ANSWERED, mention_bot=True, webhook_id=7),
        await fake.say(ann, harbour.general, ANSWERED, mention_bot=True, type=6),  # "pinned"
    ]
    await is_left_alone(fake, harbour.general, said)


async def test_a_reply_that_does_not_mention_it_is_left_alone(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, _WHO)
    said = await fake.say(ann, harbour.general, _WHEN, reply_to=answer, ping=False)
    await is_left_alone(fake, harbour.general, [answer, said])


async def test_a_message_that_comes_again_is_answered_once(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.say(ann, harbour.general, NOT_ANSWERED, mention_bot=True)
    redeliver(fake, asked)
    answer = await fake.next_message(harbour.general)
    fake.gateway.reconnect()
    await fake.gateway.resumed()
    redeliver(fake, asked)
    await is_left_alone(fake, harbour.general, [asked, answer])
    asker = Asker(ann.id, harbour.general.id, harbour.id)
    # Discord drops a second answer with the same nonce, so count receipts instead.
    assert len(await dealbot.runtime.requests.conversation(asker, of_all=True)) == 2


async def test_much_talk_of_others_does_not_make_it_forget(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.client._REMEMBERED", 3)
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.say(ann, harbour.general, NOT_ANSWERED, mention_bot=True)
    await fake.next_message(harbour.general)
    for _ in range(4):
        await fake.say(ann, harbour.general, "so what")
    redeliver(fake, asked)
    await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    await fake.next_message(harbour.general)
    asker = Asker(ann.id, harbour.general.id, harbour.id)
    assert len(await dealbot.runtime.requests.conversation(asker, of_all=True)) == 2


async def test_a_mention_without_text_gets_help(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await fake.say(ann, harbour.general, "", mention_bot=True)
    assert "/ask" in (await fake.next_message(harbour.general)).content


@pytest.mark.parametrize(
    ("text", "told"), [("why? " * 401, "The question has 2,0"), ("who\x07?", "U+0007")]
)
async def test_what_is_no_question_is_told_so(
    dealbot: DealbotClient, fake: FakeDiscord, text: str, told: str
) -> None:
    ann = fake.user("Ann")
    await fake.say(ann, fake.dm(ann), text)
    assert told in (await fake.next_message(fake.dm(ann))).content


def denied(**permissions: bool) -> Permissions:
    return Permissions(EVERYONE.value & ~Permissions(**permissions).value)


@pytest.mark.parametrize(
    ("permission", "named"),
    [
        ("send_messages", "Send Messages"),
        ("embed_links", "Embed Links"),
        ("read_message_history", "Read Message History"),
    ],
)
async def test_where_it_may_not_speak_it_says_so_privately_and_tries_nothing(
    dealbot: DealbotClient, fake: FakeDiscord, permission: str, named: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    place = Overwrite(harbour.everyone, deny=Permissions(**{permission: True}))
    quiet = fake.channel(harbour, "quiet", place)
    harbour.members[fake.world.bot.id].roles.clear()
    harbour.everyone.permissions = EVERYONE
    await fake.say(ann, quiet, ANSWERED, mention_bot=True)
    refusal = await fake.next_message(fake.dm(ann))
    assert f"<#{quiet.id}>" in refusal.content
    assert named in refusal.content
    assert not fake.rest.invalid


async def test_a_channel_that_turns_it_away_is_remembered(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour = fake.guild("Harbour")
    refused = fake.faults.fail(f"POST /channels/{harbour.general.id}/messages", 403, times=9)
    for name in ("Ann", "Bob"):
        person = fake.user(name)
        await fake.say(person, harbour.general, ANSWERED, mention_bot=True)
        assert "not allowed to answer" in (await fake.next_message(fake.dm(person))).content
    assert refused.met == 1


async def test_a_channel_that_turned_it_away_is_tried_again_later(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.fail(f"POST /channels/{harbour.general.id}/messages", 403)
    await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    await fake.next_message(fake.dm(ann))
    monkeypatch.setattr("bot.discord.client._MUTE_S", 0.0)
    await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    assert (await fake.next_message(harbour.general)).embeds


async def test_a_refusal_comes_by_direct_message_and_not_often(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(limit_per_user="1/minute") as runtime, connected(runtime, fake):
        await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
        await fake.next_message(harbour.general)
        said = fake.messages(harbour.general)
        for _ in range(3):
            said.append(await fake.say(ann, harbour.general, ANSWERED, mention_bot=True))
        refusal = await fake.next_message(fake.dm(ann))
        assert (
            "You have used up your 1 question a minute: the next one is free in" in refusal.content
        )
        await is_left_alone(fake, harbour.general, said)
        assert fake.messages(fake.dm(ann)) == [refusal]


@pytest.mark.parametrize("may_react", [True, False])
async def test_who_takes_no_direct_messages_sees_a_reaction_where_there_may_be_one(
    opened_runtime: OpenRuntime,
    fake: FakeDiscord,
    caplog: pytest.LogCaptureFixture,
    may_react: bool,
) -> None:
    """The reaction comes once, where others get one message; the channel shows no other message."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    ann.takes_messages = False
    place = Overwrite(harbour.everyone, deny=Permissions(add_reactions=not may_react))
    room = fake.channel(harbour, "room", place)
    harbour.members[fake.world.bot.id].roles.clear()
    async with opened_runtime(limit_per_user="1/minute") as runtime, connected(runtime, fake):
        said = [await fake.say(ann, room, ANSWERED, mention_bot=True) for _ in range(3)]
        answer = await fake.next_message(room)
        await fake.until(lambda: fake.rest.invalid)
        if may_react:
            await fake.until(lambda: said[1].reactions, "a reaction")
        await is_left_alone(fake, room, [*said, answer])
    assert [message.reactions for message in said] == [[], ["⏳"] if may_react else [], []]
    assert fake.rest.invalid == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_question_that_was_deleted_gets_no_answer_and_no_error(
    dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    with fake.violations.expected("form"):
        with fake.faults.hold(f"POST /channels/{harbour.general.id}/messages") as held:
            asked = await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
            await fake.faults.entered(held)
            fake.delete(asked)
        await is_left_alone(fake, harbour.general, [])
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_an_answer_whose_sending_is_doubtful_is_there_once(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.drop(f"POST /channels/{harbour.general.id}/messages", after=True)
    asked = await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    answer = await fake.next_message(harbour.general)
    await fake.until(lambda: _linked(fake, harbour.general))
    await is_left_alone(fake, harbour.general, [asked, answer])


def _linked(fake: FakeDiscord, channel: Channel) -> bool:
    sent = [r for r in fake.rest.requests if r[:2] == ("POST", f"/channels/{channel.id}/messages")]
    return len(sent) == 2


async def test_typing_that_fails_costs_no_answer(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.drop("POST /channels/*/typing", times=9)
    await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    assert (await fake.next_message(harbour.general)).embeds


async def test_where_it_may_answer_holds_for_messages(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    other = fake.channel(harbour, "other")
    thread = fake.thread(harbour.general, "boats", ann)
    only_here = ServerSettings(channels=(harbour.general.id,))
    await dealbot.runtime.store.settings.change(harbour.id, lambda _: only_here)
    await fake.say(ann, other, ANSWERED, mention_bot=True)
    refusal = await fake.next_message(fake.dm(ann))
    assert f"<#{harbour.general.id}>" in refusal.content
    (bob := fake.user("Bob")).takes_messages = False
    here = await fake.say(bob, other, ANSWERED, mention_bot=True)
    await fake.until(lambda: here.reactions == ["🚫"], "a reaction")
    await fake.say(ann, thread, ANSWERED, mention_bot=True)
    assert (await fake.next_message(thread)).embeds


async def test_a_closing_desk_refuses_in_words(runtime: Runtime, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with connected(runtime, fake):
        await runtime.requests.close(1)
        await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
        assert "restarting" in (await fake.next_message(harbour.general)).content
        asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
        assert "restarting" in (await asked.final()).content
        assert asked.ephemeral
