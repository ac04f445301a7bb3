"""Questions asked by command and through a message's context menu."""

import threading
from pathlib import Path

import pytest
from discord import Permissions
from sqlalchemy import text

from bot.discord.client import DealbotClient
from bot.store.settings import ServerSettings
from index.encoder.encoder import Encoder
from tests.discord.conftest import (
    ANSWERED,
    HOSTILE_ARTICLES,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    indexed,
    receipt_id,
)
from tests.discord.discord_markdown import read
from tests.discord.notices import WAITS
from tests.fake_discord import Channel, FakeDiscord, Message, Overwrite, User
from tests.fake_discord.places import PRIVATE_THREAD

_MENU = "Ask the articles about this"
_HARMFUL = {"mention", "link", "invite", "address", "code"}


def labels(answer: Message) -> list[str]:
    return [button.get("label") or button["emoji"]["name"] for button in answer.buttons]


async def shows_an_embed(fake: FakeDiscord, answer: Message) -> None:
    """Wait until the message shows an embed."""
    await fake.until(lambda: answer.embeds or None)


async def offered(fake: FakeDiscord, person: User, channel: Channel, typed: str = "") -> list[str]:
    typing = {"question": typed}
    choices = await fake.autocomplete(person, "ask", typing, "question", channel=channel)
    return [choice["value"] for choice in choices]


async def test_an_answer_is_an_embed_with_buttons(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    answer = await asked.final()
    assert answer.embed["title"].startswith("$12.5 million")
    assert "Mayor Ilse Brandt said" in answer.embed["description"]
    assert "https://gazette.example/bridge#:~:text=" in answer.embed["description"]
    assert "[Tarn Gazette, 3 Feb 2031]" in answer.embed["description"]
    assert "footer" not in answer.embed  # `/why` has the generation and the number
    assert labels(answer) == ["Context", "👍", "👎", "More…"]
    assert not answer.content
    assert not asked.ephemeral
    assert asked.answers == [answer]


async def test_the_question_is_deferred_before_it_is_computed(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.service._NOTICE_AFTER_S", 0.0)
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    free = threading.Event()
    dealbot.runtime.requests.service._compute.submit(free.wait)
    try:
        first = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
        shown = await first.response()
        assert shown.loading
        await fake.until(lambda: shown.content == "Your question is next.", "the notice")
        second = await fake.slash(bob, "ask", {"question": NOT_ANSWERED}, channel=harbour.general)
        waits = await second.response()
        await fake.until(lambda: waits.content.startswith(WAITS), "a notice")
    finally:
        free.set()
    for asked in (first, second):
        answer = await asked.final()
        await shows_an_embed(fake, answer)
        assert not answer.content  # the waiting notice is gone
        assert len(asked.answers) == 1


async def test_privately(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(
        ann, "ask", {"question": ANSWERED, "private": True}, channel=harbour.general
    )
    answer = await asked.final()
    assert asked.ephemeral
    assert answer.seen_by is ann
    kept = await dealbot.runtime.store.receipts.get(receipt_id(answer))
    assert kept is not None
    assert kept.private


@pytest.mark.parametrize(("asked_for", "hidden"), [(None, True), (False, False), (True, True)])
async def test_the_server_sets_the_default_privacy(
    dealbot: DealbotClient, fake: FakeDiscord, asked_for: bool | None, hidden: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await dealbot.runtime.store.settings.change(harbour.id, lambda _: ServerSettings(private=True))
    options = {"question": ANSWERED} | ({} if asked_for is None else {"private": asked_for})
    asked = await fake.slash(ann, "ask", options, channel=harbour.general)
    await asked.final()
    assert asked.ephemeral is hidden


async def test_an_abstention_shows_the_closest_sentences(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "ask", {"question": NOT_ANSWERED}, channel=harbour.general)
    answer = await asked.final()
    assert answer.embed["title"] == (
        "The articles don't say. The closest sentence doesn't mention Peru."
    )
    assert "-# Closest article: " in answer.embed["description"]
    assert labels(answer) == ["Closest sentence", "👍", "👎", "More…"]


async def test_small_talk_has_no_buttons(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "ask", {"question": "hello"}, channel=harbour.general)
    answer = await asked.final()
    assert answer.embed["description"].startswith("Hello!")
    assert not answer.components


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (" ", "The question is empty"),
        ("who\0?", "something that is not text (U+0000)"),
        ("\ud800", "something that is not text (U+D800)"),
    ],
)
async def test_what_is_no_question_is_refused_privately(
    dealbot: DealbotClient, fake: FakeDiscord, question: str, told: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    message = await fake.say(ann, harbour.general, question)
    if not question.strip():
        asked = await fake.slash(ann, "ask", {"question": question}, channel=harbour.general)
    else:
        asked = await fake.context_menu(ann, _MENU, message)
    refusal = await asked.final()
    assert told in refusal.content
    assert asked.ephemeral
    assert fake.messages(harbour.general) == [message]


async def test_the_menu_asks_what_a_message_says(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    message = await fake.say(bob, harbour.general, ANSWERED)
    asked = await fake.context_menu(ann, _MENU, message)
    answer = await asked.final()
    assert answer.embed["title"].startswith("$12.5 million")
    assert answer.embed["author"]["name"] == ANSWERED


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no text to ask about"), ("why? " * 401, "The question has 2,0")],
)
async def test_the_menu_refuses_privately(
    dealbot: DealbotClient, fake: FakeDiscord, text: str, told: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    message = await fake.say(ann, harbour.general, text)
    asked = await fake.context_menu(ann, _MENU, message)
    assert told in (await asked.final()).content
    assert asked.ephemeral


async def test_a_follow_up_goes_on_with_what_the_same_person_asked(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    await ask(fake, ann, harbour.general, "Who ordered electric boats?")
    again = await ask(fake, ann, harbour.general, "And when will they arrive?")
    assert "Understood as: " in again.embed["description"]
    others = await ask(fake, bob, harbour.general, "And when will they arrive?")
    assert "Understood as: " not in others.embed["description"]


async def test_a_private_question_does_not_colour_a_public_one(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await ask(fake, ann, harbour.general, "Who ordered electric boats?", private=True)
    again = await ask(fake, ann, harbour.general, "And when will they arrive?")
    assert "Understood as: " not in again.embed["description"]


async def test_questions_that_were_answered_openly_are_offered(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    people = [fake.user(name) for name in ("Ann", "Bob", "Cem", "Dot")]
    await ask(fake, people[0], harbour.general, ANSWERED)
    await ask(fake, people[1], harbour.general, NOT_ANSWERED)
    await ask(fake, people[2], harbour.general, "Who ordered electric boats?", private=True)
    await ask(fake, people[3], harbour.general, "hello")
    assert await offered(fake, people[0], harbour.general) == [ANSWERED]
    assert await offered(fake, people[0], harbour.general, "repair of") == [ANSWERED]
    assert await offered(fake, people[0], harbour.general, "boats") == []
    assert await offered(fake, people[0], island.general) == []
    assert await offered(fake, people[0], fake.dm(people[0])) == []


async def test_a_question_that_needs_nothing_from_before_is_offered(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await ask(fake, ann, harbour.general, ANSWERED)
    await ask(fake, ann, harbour.general, "Who ordered electric boats?")
    await ask(fake, ann, harbour.general, "And when will they arrive?")
    assert set(await offered(fake, ann, harbour.general)) == {
        ANSWERED,
        "Who ordered electric boats?",
    }


async def test_what_was_asked_in_a_hidden_channel_is_not_offered(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    owner, ann = fake.user("Owner"), fake.user("Ann")
    harbour = fake.guild("Harbour", owner=owner)
    hidden = Overwrite(harbour.everyone, deny=Permissions(view_channel=True))
    secret = fake.channel(harbour, "secret", hidden)
    private = fake.thread(harbour.general, "private", owner)
    private.type = PRIVATE_THREAD
    async with opened_runtime(keep_questions=True) as runtime, connected(runtime, fake) as client:
        for channel, question in ((secret, ANSWERED), (private, "Who ordered electric boats?")):
            asked = await fake.slash(owner, "ask", {"question": question}, channel=channel)
            assert (await asked.final()).embeds
        assert {thread.id for guild in client.guilds for thread in guild.threads} == {private.id}
        assert await offered(fake, ann, harbour.general) == []
        assert await offered(fake, owner, harbour.general) == [ANSWERED]


async def test_a_choice_that_discord_would_refuse_spoils_no_other(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    # Fewer than 100 characters, but more than 100 as Discord counts.
    crowded = f"Who ordered electric boats? {'🚲' * 70}"
    assert "Northline Ferries" in (await ask(fake, ann, harbour.general, crowded)).text
    await ask(fake, bob, harbour.general, ANSWERED)
    assert await offered(fake, ann, harbour.general) == [ANSWERED]


async def test_what_is_not_kept_is_not_offered(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await ask(fake, ann, harbour.general, ANSWERED)
    assert await offered(fake, ann, harbour.general) == []


async def test_a_hostile_question_is_shown_and_not_acted_on(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    hostile = f"@everyone {ann.mention} **[x](https://evil.example)** discord.gg/abc \u202e who?"
    answer = await ask(fake, ann, harbour.general, hostile)
    assert answer.embed["author"]["name"].startswith(f"@everyone {ann.mention} **[x]")
    assert "\u202e" not in answer.text
    message = await fake.say(ann, harbour.general, hostile, mention_bot=True)
    reply = await fake.next_message(harbour.general)
    assert reply.referenced is message
    assert not reply.pings
    assert not answer.pings


async def test_a_hostile_article_is_shown_and_not_acted_on(
    fake: FakeDiscord, encoder: Encoder, opened_runtime: OpenRuntime, tmp_path: Path
) -> None:
    index = indexed(HOSTILE_ARTICLES, tmp_path, encoder)
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=index) as runtime, connected(runtime, fake):
        asked = await fake.slash(
            ann,
            "ask",
            {"question": "How much will the tower of Tarn cost?"},
            channel=harbour.general,
        )
        answer = await asked.final()
        context = await (await fake.click(answer, "Context", ann)).response()
        listed = await (await fake.slash(ann, "sources", channel=harbour.general)).final()
        for shown in (answer, context, listed):
            reading = read(shown.embed["description"])
            assert not {kind for kind, _ in reading.acted_on} & _HARMFUL, reading.acted_on
            assert not shown.pings
        assert "@everyone" in read(answer.embed["description"]).shown.replace("\u2060", "")


async def test_the_answer_is_edited_in_through_errors_of_discord(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.drop("PATCH /webhooks/*/messages/@original", times=1)
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    assert answer.embed["title"].startswith("$12.5 million")


@pytest.mark.parametrize("after", [False, True])
async def test_an_acknowledgement_that_gets_lost_is_repeated(
    dealbot: DealbotClient, fake: FakeDiscord, after: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.faults.drop("POST /interactions/*/callback", after=after)
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    answer = await asked.final()
    assert answer.embed["title"].startswith("$12.5 million")
    assert asked.answers == [answer]
    fake.violations[:] = [v for v in fake.violations if v.kind != "double ack"]


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await dealbot.runtime.store.receipts._database.run(text("PRAGMA query_only = ON"))
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    answer = await asked.final()
    await dealbot.runtime.requests.close(5)  # wait until the request is finished
    assert answer.embed["title"].startswith("$12.5 million")
    assert asked.answers == [answer]


async def test_an_answer_that_cannot_be_linked_is_left_as_it_is(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    with fake.faults.hold("PATCH /webhooks/*/messages/@original") as held:
        asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
        await fake.faults.entered(held)
        await dealbot.runtime.store.receipts._database.run(text("PRAGMA query_only = ON"))
    await dealbot.runtime.requests.close(5)  # wait until the request is finished
    [answer] = asked.answers
    assert answer.embed["title"].startswith("$12.5 million")
