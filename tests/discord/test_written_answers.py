"""Answers written by a model, as users on Discord see them grow."""

import json
from collections.abc import AsyncIterator

import discord
import pytest

from bot.discord.client import DealbotClient
from bot.discord.drafts import ReplyTarget
from bot.monitoring.degradations import Part
from tests.discord.conftest import ANSWERED, NOT_ANSWERED, OpenRuntime, ask, connected, receipt_id
from tests.fake_discord import FakeDiscord, Message
from tests.llm import ScriptedEndpoint, fails, hangs, says, stalls

TRUE = "The repair will cost $12.5 million, Mayor Ilse Brandt said."
FALSE = "The repair will cost $99 million. @everyone"


def draft(*sentences: str, answerable: bool = True) -> str:
    """Return a draft as JSON in which each sentence cites the first evidence sentence."""
    written = [{"text": each, "evidence": [1]} for each in sentences]
    return json.dumps({"answerable": answerable, "sentences": written})


async def written(fake: FakeDiscord, question: str = ANSWERED) -> Message:
    """Ask with /ask and return the answer once it is complete."""
    answer = await ask(fake, fake.user("Ann"), fake.guild().general, question)
    await fake.until(lambda: "Being written" not in answer.text)
    return answer


@pytest.fixture
async def writing(
    opened_runtime: OpenRuntime, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> AsyncIterator[DealbotClient]:
    """Yield the bot with the scripted endpoint as its model."""
    given = {"llm_base_url": endpoint.url, "llm_model": "scripted", "llm_timeout_s": 8.0}
    async with opened_runtime(**given) as runtime, connected(runtime, fake) as client:
        yield client


async def test_only_what_the_articles_carry_is_shown(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(says(draft(TRUE, FALSE)))
    answer = await written(fake)
    assert answer.embed["description"].startswith(f"{TRUE} \\[1\\]\n\n> ")
    assert "$99" not in answer.text
    assert "1 of 2 sentences verified" in answer.text
    kept = await writing.runtime.store.receipts.get(receipt_id(answer))
    assert kept is not None
    assert kept.answer.mode == "llm"
    assert "$99" not in kept.answer.model_dump_json()


async def test_the_quotes_are_there_before_the_model_has_written(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(stalls(draft(TRUE), after=1))
    ann, general = fake.user("Ann"), fake.guild().general
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=general)
    answer = await asked.final()
    assert "Being written" in answer.text
    assert "that the repair will cost **$12.5 million**" in answer.text
    endpoint.release()
    await fake.until(lambda: "verified" in answer.text)
    assert TRUE in answer.text


async def test_a_message_gets_one_reply_which_is_edited(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(stalls(draft(TRUE), after=1))
    general = fake.guild().general
    said = await fake.say(fake.user("Ann"), general, ANSWERED, mention_bot=True)
    reply = await fake.next_message(general)
    assert "Being written" in reply.text
    endpoint.release()
    await fake.until(lambda: "verified" in reply.text)
    assert TRUE in reply.text
    assert fake.messages(general) == [said, reply]


async def test_no_edit_of_a_reply_pings_the_author_of_the_question(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """discord.py adds the client's allowed mentions only to an edit that has a content."""
    general = fake.guild().general
    said = await fake.say(fake.user("Ann"), general, ANSWERED)
    place = ReplyTarget(await dealbot.get_partial_messageable(general.id).fetch_message(said.id))
    for shown in ("The quotes.", "The quotes, and a sentence."):
        await place.draft([discord.Embed(description=shown)])
    await place.send([discord.Embed(description="All of it.")], None)
    reply = await fake.next_message(general)
    assert reply.edits == 2
    assert reply.pings == []


async def test_a_model_that_hangs_leaves_the_quotes(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(hangs())
    answer = await written(fake)
    assert "took too long" in answer.text
    assert "that the repair will cost **$12.5 million**" in answer.text


async def test_a_model_that_fails_is_left_alone_and_told_in_status(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(fails(401, "no such key"))
    for _ in range(3):
        assert "refused the request" in (await written(fake)).text
    assert "paused for a while" in (await written(fake)).text
    assert len(endpoint.requests) == 3
    assert [each.part for each in writing.runtime.degraded.current] == [Part.MODEL]


async def test_nothing_is_written_where_the_articles_dont_say(
    writing: DealbotClient, fake: FakeDiscord, endpoint: ScriptedEndpoint
) -> None:
    answer = await ask(fake, fake.user("Ann"), fake.guild().general, NOT_ANSWERED)
    assert answer.embed["title"].startswith("The articles don't say.")
    assert endpoint.requests == []
