"""Edits and deletions of messages that ask, and their effect on the answers."""

import pytest

from bot.discord.client import DealbotClient
from bot.store.settings import ServerSettings
from prompts import speaking, text
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    pick,
    receipt_id,
)
from tests.fake_discord import Channel, FakeDiscord, Message, User

_AGAIN = "Question edited: ask again"
_CLOSES = "When will the harbour bridge close?"


async def asked(
    fake: FakeDiscord, person: User, channel: Channel, question: str = ANSWERED
) -> tuple[Message, Message]:
    """Ask with a mention; return the question and its answer."""
    message = await fake.say(person, channel, question, mention_bot=True)
    return message, await fake.next_message(channel)


def edit(fake: FakeDiscord, message: Message, question: str) -> None:
    fake.edit(message, f"{fake.world.bot.mention} {question}")


async def offered(fake: FakeDiscord, answer: Message) -> None:
    await fake.until(lambda: _AGAIN in [b.get("label") for b in answer.buttons], "the offer")


async def test_deleting_a_question_deletes_its_answer_and_what_is_kept(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    """Also after a restart."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime() as runtime, connected(runtime, fake):
        question, answer = await asked(fake, ann, harbour.general)
        other, kept = await asked(fake, ann, harbour.general, NOT_ANSWERED)
        receipt = receipt_id(answer)
        await fake.until(lambda: answer.buttons and kept.buttons)
        await runtime.requests.close(5)
    async with opened_runtime() as runtime, connected(runtime, fake):
        fake.delete(question)
        await fake.until(lambda: answer.deleted, "the deletion")
        assert await runtime.store.receipts.get(receipt) is None
        assert fake.messages(harbour.general) == [other, kept]


async def test_a_question_deleted_while_it_is_answered_leaves_nothing(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    with fake.faults.hold("POST /channels/*/messages") as held:
        question = await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
        await fake.faults.entered(held)
    answer = await fake.next_message(harbour.general)
    fake.delete(question)
    await fake.until(lambda: answer.deleted, "the deletion")


async def test_deleting_other_messages_deletes_nothing(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    chat = await fake.say(ann, harbour.general, "Interesting.")
    question, reply = await asked(fake, ann, harbour.general)
    fake.delete(chat)
    fake.delete(question)
    await fake.until(lambda: reply.deleted, "the deletion")
    assert fake.messages(harbour.general) == [answer]


async def test_an_edited_question_is_answered_again_on_press(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    """Also after a restart. The edit alone counts no question and computes nothing."""
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    async with opened_runtime() as runtime, connected(runtime, fake):
        question, answer = await asked(fake, ann, harbour.general)
        old = receipt_id(answer)
        await runtime.requests.close(5)
    async with opened_runtime(limit_per_user="1/hour") as runtime, connected(runtime, fake):
        edit(fake, question, _CLOSES)
        await offered(fake, answer)
        assert "$12.5 million" in answer.text
        assert len(answer.buttons) == 4
        refused = await (await fake.click(answer, _AGAIN, bob)).response()
        assert "Only the person who asked" in refused.content
        await fake.click(answer, _AGAIN, ann)
        await fake.until(lambda: "4 May 2031" in answer.text, "the new answer")
        await fake.until(lambda: receipt_id(answer) != old)
        assert answer.embed["author"]["name"] == _CLOSES
        await runtime.requests.close(5)
        assert await runtime.store.receipts.get(old) is None
        assert await runtime.store.receipts.get(receipt_id(answer)) is not None
        assert [m for m in fake.messages(harbour.general) if m is not question] == [answer]
        fake.delete(question)
        await fake.until(lambda: answer.deleted, "the deletion of the new answer")


async def test_asking_again_counts_as_a_question(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(limit_per_user="1/hour") as runtime, connected(runtime, fake):
        question, answer = await asked(fake, ann, harbour.general)
        edit(fake, question, _CLOSES)
        await offered(fake, answer)
        pressed = await fake.click(answer, _AGAIN, ann)
        told = await pressed.followup()
        assert "You have used up your 1 question an hour" in told.content
        assert "$12.5 million" in answer.text


@pytest.mark.parametrize("keep", [True, False])
async def test_an_edit_that_changes_no_question_offers_nothing(
    fake: FakeDiscord, opened_runtime: OpenRuntime, keep: bool
) -> None:
    """Such as the preview of a link, which Discord adds."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(keep_questions=keep) as runtime, connected(runtime, fake):
        question, answer = await asked(fake, ann, harbour.general)
        edit(fake, question, ANSWERED)
        second, other = await asked(fake, ann, harbour.general)
        edit(fake, second, _CLOSES)
        await offered(fake, other)
        assert _AGAIN not in [button.get("label") for button in answer.buttons]


async def test_a_question_whose_message_is_gone_is_not_asked_again(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    question, answer = await asked(fake, ann, harbour.general)
    edit(fake, question, _CLOSES)
    await offered(fake, answer)
    fake.faults.fail("GET /channels/*/messages/*", 404)
    told = await (await fake.click(answer, _AGAIN, ann)).followup()
    assert "cannot see the message that asked" in told.content


async def test_the_menu_asks_again_in_place_of_the_answer(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    old = receipt_id(answer)
    with pytest.raises(LookupError):
        await pick(fake, answer, "again", bob)
    said = await (await pick(fake, answer, "again", ann)).final()
    assert said.content == "The answer above is new."
    assert receipt_id(answer) != old
    assert await dealbot.runtime.store.receipts.get(old) is None
    assert fake.messages(harbour.general) == [answer]


async def test_a_closed_channel_is_closed_to_asking_again(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    elsewhere = fake.channel(harbour, "elsewhere")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    await dealbot.runtime.store.settings.change(
        harbour.id, lambda _: ServerSettings(channels=(elsewhere.id,))
    )
    told = await (await pick(fake, answer, "again", ann)).followup()
    assert "I do not answer in this channel" in told.content


async def test_a_public_answer_keeps_the_language_of_the_server(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """Also when a user of another language asks again, by the offer or the menu."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    ann.locale = "fr"
    settings = dealbot.runtime.store.settings
    await settings.change(harbour.id, lambda _: ServerSettings(language="de"))
    with speaking("de"):
        again, context = text("buttons.ask_again"), text("buttons.context")
    with speaking("fr"):
        renewed = text("notices.asked_again")
    question, answer = await asked(fake, ann, harbour.general)
    edit(fake, question, _CLOSES)
    await fake.until(lambda: again in _labels(answer), "the offer")
    await fake.click(answer, again, ann)
    await fake.until(lambda: "4 May 2031" in answer.text and context in _labels(answer))
    assert (await (await pick(fake, answer, "again", ann)).final()).content == renewed
    assert context in _labels(answer)


def _labels(answer: Message) -> list[str | None]:
    return [button.get("label") for button in answer.buttons]
