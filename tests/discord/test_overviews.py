"""/latest and /timeline, and questions that ask for them."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.discord.client import DealbotClient
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.bot.overview_story import write_story
from tests.discord.conftest import OpenRuntime, ask, connected, indexed, pick, receipt_id
from tests.discord.test_data import exported
from tests.fake_discord import Channel, FakeDiscord, Message, User


@pytest.fixture(scope="session")
def story_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the story. Read-only."""
    folder = tmp_path_factory.mktemp("story")
    build_index([write_story(folder)], folder / "index", encoder, NoProgress())
    return folder / "index"


@pytest.fixture
async def teller(
    fake: FakeDiscord, opened_runtime: OpenRuntime, story_index: Path
) -> AsyncIterator[DealbotClient]:
    """Yield the bot over the story, connected to the fake."""
    async with opened_runtime(index=story_index) as runtime, connected(runtime, fake) as client:
        yield client


async def overview(
    fake: FakeDiscord, person: User, channel: Channel, command: str, **options: object
) -> Message:
    return await (await fake.slash(person, command, options, channel=channel)).final()


async def test_latest_shows_dated_sentences_with_their_articles(
    teller: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answering.overview.starts.today", lambda: date(2031, 7, 1))
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    shown = await overview(fake, ann, harbour.general, "latest", since="1 March 2031")
    assert shown.embed["title"] == "New since 1 Mar 2031"
    text = shown.embed["description"]
    assert "**18 Jun 2031**\n> A court in Tarn rejected the suit" in text
    assert "-# Court rejects suit of Southsea Lines · Tarn Radio" in text
    assert "**22 Mar 2031** *Updated:*\n" in text
    assert "*Before:*\n> The repair of the harbour bridge will cost $12.5 million" in text
    assert "*Withdrawn by its publisher:*" in text
    assert "Context" not in text
    assert shown.embed["author"]["name"] == "What is new since 1 Mar 2031?"
    assert "More evidence" not in [button.get("label") for button in shown.buttons]


async def test_the_buttons_and_the_receipt_work(teller: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    shown = await overview(fake, ann, harbour.general, "timeline")
    quote = await (await pick(fake, shown, "cite.2", ann)).response()
    assert "**The harbour bridge in Tarn will close for repair in May.**" in quote.text
    why = await overview(fake, ann, harbour.general, "why", receipt=receipt_id(shown))
    assert "**Asked:** What happened so far?" in why.text
    assert "answers at a confidence" not in why.text  # it does not decide about an overview


async def test_a_long_overview_has_pages(teller: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    shown = await overview(fake, ann, harbour.general, "latest")
    if "Page 1" in shown.text:
        await (await fake.click(shown, "Next ▶", ann)).final()
        assert "Page 2" in shown.text


async def test_what_is_new_since_the_last_look(teller: DealbotClient, fake: FakeDiscord) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    ann, bob = fake.user("Ann"), fake.user("Bob")
    first = await overview(fake, ann, harbour.general, "latest")
    assert first.embed["title"] == "What is new"
    again = await ask(fake, ann, harbour.general, "what's new?")
    assert again.embed["title"].startswith("Nothing is new since ")
    assert "The newest article is from 18 Jun 2031" in again.embed["title"]
    assert "A court in Tarn rejected the suit" in again.text
    for person, channel in ((bob, harbour.general), (ann, island.general), (ann, fake.dm(ann))):
        other = await overview(fake, person, channel, "latest")
        assert other.embed["title"] == "What is new", (person.name, channel.name)
    # The list of a topic is no look at all that is new.
    await ask(fake, bob, island.general, "any news on the ferry boats?")
    whole = await overview(fake, bob, island.general, "latest")
    assert whole.embed["title"] == "What is new"


async def test_a_look_is_forgotten_with_the_answers(
    teller: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await overview(fake, ann, harbour.general, "latest")
    kept: Any = (await exported(fake, ann, harbour.general))["answers"]
    assert [each["answer"]["overview"] for each in kept] == ["latest"]
    await teller.runtime.store.people.forget(ann.id)
    again = await overview(fake, ann, harbour.general, "latest")
    assert again.embed["title"] == "What is new"


async def test_a_mention_gets_a_timeline_of_its_topic(
    teller: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await fake.say(ann, harbour.general, "timeline of the Southsea Lines suit", mention_bot=True)
    shown = await fake.next_message(harbour.general)
    assert shown.embed["title"] == "What happened"
    assert shown.text.index("2 Apr 2031") < shown.text.index("18 Jun 2031")
    none = await overview(fake, ann, harbour.general, "timeline", topic="football")
    assert none.embed["title"].startswith("The articles say nothing about this.")


async def test_overviews_of_an_earlier_day(
    teller: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answering.time.moments.today", lambda: date(2031, 7, 1))
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    then = await overview(fake, ann, harbour.general, "latest", as_of="30 April 2031")
    assert then.embed["title"] == "What is new, as of 30 Apr 2031"
    assert "Southsea Lines sued the council" in then.text
    assert "A court in Tarn rejected the suit" not in then.text
    kept = await teller.runtime.store.receipts.get(receipt_id(then))
    assert kept is not None
    assert kept.question is not None
    assert (kept.question.as_of, kept.answer.as_of) == ("2031-04-30", "2031-04-30")
    # It is no look at all that is new, and does not begin where the last one ended.
    for options in ({}, {"as_of": "2031-04-30"}):
        shown = await overview(fake, ann, harbour.general, "latest", **options)
        assert shown.embed["title"].startswith("What is new")
    story = await overview(fake, ann, harbour.general, "timeline", as_of="2031-02-28")
    assert story.embed["title"] == "What happened, as of 28 Feb 2031"
    assert "electric boats" not in story.text


async def test_a_date_that_is_none_is_refused_privately(
    teller: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "latest", {"since": "soonish"}, channel=harbour.general)
    assert "not one date" in (await asked.final()).content
    assert asked.ephemeral
    for command, option in (("latest", "since"), ("latest", "as_of"), ("timeline", "as_of")):
        asked = await fake.slash(ann, command, {option: "2999-01-01"}, channel=harbour.general)
        assert "in the future" in (await asked.final()).content


async def test_hostile_articles_and_topics_are_shown_as_text(
    fake: FakeDiscord, opened_runtime: OpenRuntime, encoder: Encoder, tmp_path: Path
) -> None:
    title = "'@everyone **win** [free](https://evil.example) discord.gg/abc'"
    text = "The @everyone **tower** <@1234567890> [of](https://evil.example) Tarn cost $7 million."
    articles = {
        f"tower-{n:02}.md": f"---\ntitle: {title}\nsource: '<@&1> `x`'\npublished: 2031-02-{n:02}\n"
        f"---\n{text} The builder laid {n + 100} stones. {'It is very tall indeed. ' * 9}\n"
        for n in range(1, 20)
    }
    index = indexed(articles, tmp_path, encoder)
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=index) as runtime, connected(runtime, fake):
        for command, options in (
            ("latest", {}),
            ("timeline", {}),
            ("timeline", {"topic": "**tower** <@&1> @everyone " + "x" * 1500}),
        ):
            shown = await overview(fake, ann, harbour.general, command, **options)
            said = shown.embed["title"] + shown.embed["description"]
            for raw in ("**win**", "**tower**", "<@&1>", "](https://evil.example)"):
                assert raw not in said
