"""Everything users read on Discord comes from prompts/ or from an article. With every text replaced
by a mark, no word of the program's own is left."""

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

import prompts
from bot.discord.client import DealbotClient
from bot.store.settings import ServerSettings
from tests.discord.conftest import (
    ANSWERED,
    ARTICLES,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    button_id,
    connected,
    menu_of,
    pick,
    receipt_id,
    with_old_buttons,
)
from tests.fake_discord import Channel, FakeDiscord, Message, User
from tests.marked_words import mark_all, marks_in, words_in

_CLAIMS = "The bridge in Tarn will close on 9 May 2031. Bananas are yellow."
_FROM_OUTSIDE = words_in(*ARTICLES, *ARTICLES.values(), ANSWERED, NOT_ANSWERED, _CLAIMS)
# Commands, mentions and addresses, and the id of a generation.
_IDS = re.compile(r"/why [a-z2-7]{12}|<[#@]&?\d+>|https?://\S+|\b\d{8}T\w+-\w+\b")


@pytest.fixture(autouse=True)
def _marks(tmp_path: Path) -> Iterator[None]:
    prompts.choose(mark_all(tmp_path / "words"))
    yield
    prompts.choose(None)


def marks_of(message: Message) -> set[str]:
    """Return the names of the texts in a message; fail if it contains other words."""
    labels = [button.get("label") or "" for button in message.buttons]
    readable = "\n".join((message.text, *labels)).replace("\\", "")
    return marks_in(_IDS.sub("", readable), _FROM_OUTSIDE)


Scene = Callable[[DealbotClient, FakeDiscord, User, Channel], Awaitable[Message]]


async def _refused_by_a_closing_program(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    dealbot.runtime.requests.service.refuse_waiting()
    return await (await fake.slash(ann, "ask", {"question": ANSWERED}, channel=here)).followup()


async def _closed(dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel) -> Message:
    await dealbot.runtime.requests.close(1)
    return await ask(fake, ann, here, ANSWERED)


async def _no_text(dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel) -> Message:
    return await ask(fake, ann, here, "\0")


async def _other_channels(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    await _set(dealbot, here, channels=(1,))
    return await ask(fake, ann, here, ANSWERED)


async def _roles(dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel) -> Message:
    await _set(dealbot, here, roles=(1,))
    return await ask(fake, ann, here, ANSWERED)


async def _too_often(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    await _set(dealbot, here, per_user_per_minute=1)
    await ask(fake, ann, here, ANSWERED)
    return await ask(fake, ann, here, ANSWERED)


async def _nothing_to_check(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    message = await fake.say(ann, here, "")
    return await (await fake.context_menu(ann, "Check against the articles", message)).final()


async def _too_much_to_check(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    message = await fake.say(ann, here, "It closes. " * 31)
    return await (await fake.context_menu(ann, "Check against the articles", message)).final()


async def _no_admin(dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel) -> Message:
    return await (await fake.slash(ann, "config show", channel=here)).final()


async def _no_article(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    return await (await fake.slash(ann, "sources", {"article": "?"}, channel=here)).final()


async def _forgotten(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    answer = await ask(fake, ann, here, ANSWERED)
    await dealbot.runtime.store.receipts.forget(receipt_id(answer))
    return await (await fake.click(answer, button_id(answer, "cite:"), ann)).final()


async def _of_another(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    answer = await ask(fake, ann, here, ANSWERED)
    with_old_buttons(answer, dealbot.runtime.store.signer)
    return await (await fake.click(answer, "Delete", fake.user("Bob"))).final()


async def _store_lost(
    dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel
) -> Message:
    answer = await ask(fake, ann, here, ANSWERED)
    dealbot.runtime.settings.store.unlink()
    return await (await fake.click(answer, button_id(answer, r"vote:\w+:up"), ann)).final()


async def _bug(dealbot: DealbotClient, fake: FakeDiscord, ann: User, here: Channel) -> Message:
    del dealbot.runtime.requests.service  # an unexpected error, whatever its type
    return await (await fake.slash(ann, "ask", {"question": ANSWERED}, channel=here)).followup()


async def _set(dealbot: DealbotClient, here: Channel, **settings: object) -> None:
    assert here.guild is not None
    await dealbot.runtime.store.settings.change(here.guild.id, lambda _: ServerSettings(**settings))


@pytest.mark.parametrize(
    ("scene", "name"),
    [
        (_refused_by_a_closing_program, "refusals.closing"),
        (_closed, "refusals.restarting"),
        (_no_text, "refusals.question_not_text"),
        (_other_channels, "refusals.other_channels"),
        (_roles, "refusals.roles"),
        (_too_often, "refusals.limit_user"),
        (_nothing_to_check, "refusals.message_without_text"),
        (_too_much_to_check, "refusals.text_sentences"),
        (_no_admin, "refusals.admins_only"),
        (_no_article, "refusals.article_unknown"),
        (_forgotten, "refusals.answer_unknown"),
        (_of_another, "refusals.delete_others"),
        (_store_lost, "refusals.store_down"),
        (_bug, "refusals.bug"),
    ],
)
async def test_a_refusal_is_a_text(
    dealbot: DealbotClient, fake: FakeDiscord, scene: Scene, name: str
) -> None:
    told = await scene(dealbot, fake, fake.user("Ann"), fake.guild("Harbour").general)
    assert name in marks_of(told)
    assert not told.pings


async def test_an_answer_and_what_leads_on_from_it_are_texts(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    assert marks_of(answer) >= {"measures.sure", "buttons.context", "buttons.more"}
    abstained = await ask(fake, ann, harbour.general, NOT_ANSWERED)
    assert marks_of(abstained) >= {"abstained_lacking", "answers.closest_article"}
    for beginning, name in (
        ("cite:", "measures.day"),
        (r"vote:\w+:up", "notices.voted_up"),
    ):
        pressed = await fake.click(answer, button_id(answer, beginning), ann)
        assert name in marks_of(await pressed.final())
    more = await (await pick(fake, answer, "more", ann)).final()
    assert "answers.more_evidence" in marks_of(more)
    menu = await menu_of(fake, answer, ann)
    [options] = [row["components"][0]["options"] for row in menu.components]
    said = [option["label"] for option in options if "." not in option["value"]]
    assert [marks_in(label, frozenset()) for label in said] == [
        {f"buttons.pick_{name}"} for name in ("more", "why", "again", "drop")
    ]


@pytest.mark.parametrize(
    ("command", "options", "name"),
    [
        ("sources", {}, "lists.sources_title"),
        ("sources", {"article": "ferry"}, "measures.sentences"),
        ("help", {}, "discord_help"),
        ("status", {}, "lists.status_takes"),
        ("forget me", {}, "notices.nothing_kept"),
        ("export", {}, "discord_export"),
        ("limits", {}, "notices.limit_left"),
    ],
)
async def test_what_a_command_shows_is_texts(
    dealbot: DealbotClient, fake: FakeDiscord, command: str, options: dict[str, str], name: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, command, options, channel=harbour.general)
    assert name in marks_of(await asked.final())


async def test_how_an_answer_came_about_is_told_in_texts(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    why = await fake.slash(ann, "why", {"receipt": receipt_id(answer)}, channel=harbour.general)
    assert marks_of(await why.final()) >= {"lists.why_title", "lists.why_scores"}


async def test_what_is_forgotten_is_told_in_texts(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await ask(fake, ann, harbour.general, ANSWERED)
    told = await (await fake.slash(ann, "forget me", channel=harbour.general)).response()
    assert marks_of(told) >= {"notices.kept", "discord_forget", "buttons.forget_me"}
    done = await (await fake.click(told, button_id(told, "forget:"), ann)).final()
    assert "notices.forgotten" in marks_of(done)


async def test_a_checked_text_is_marked_in_texts(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    message = await fake.say(ann, harbour.general, _CLAIMS)
    asked = await fake.context_menu(ann, "Check against the articles", message)
    shown = await asked.final()
    await fake.until(lambda: shown.embeds, "the result")  # a notice of the wait may come first
    assert marks_of(shown) >= {"checks.title", "checks.both", "checks.not_found"}


async def test_an_admins_own_text_pings_nobody(
    fake: FakeDiscord, opened_runtime: OpenRuntime, tmp_path: Path
) -> None:
    words = tmp_path / "pinging"
    words.mkdir()
    ann, harbour = fake.user("Ann"), fake.guild("Harbour")
    loud = f"@everyone <@{ann.id}>: nobody knows"
    (words / "abstained.txt").write_text(loud)
    (words / "answers.toml").write_text(f'closest_article = "{loud}"\n')
    (words / "refusals.toml").write_text(f'question_not_text = "{loud} {{code}}"\n')
    prompts.choose(words)
    async with opened_runtime() as runtime, connected(runtime, fake):
        for question in (NOT_ANSWERED, "\0"):
            told = await ask(fake, ann, harbour.general, question)
            assert "nobody knows" in told.text
            assert not told.pings
