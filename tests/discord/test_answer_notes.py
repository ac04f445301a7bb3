"""Notes on earlier answers: edited in once when a cited sentence is corrected or withdrawn."""

import asyncio
import json

import pytest

from bot.discord.runtime import Runtime
from bot.monitoring.metrics import Metrics
from tests.discord.conftest import ANSWERED, ARTICLES, ask
from tests.discord.stories import DEARER, Story, story
from tests.fake_discord import Channel, Message

__all__ = ["story"]  # a fixture

REWORDED = ARTICLES["harbour.md"].replace(
    "Mayor Ilse Brandt said that the repair will cost $12.5 million.",
    "The repair will cost $12.5 million, Mayor Ilse Brandt said.",
)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discord.answer_notes._PAUSE_S", 0.0)


async def shown(runtime: Runtime) -> None:
    """Wait until no note is left to show."""
    for _ in range(200):
        if not await runtime.store.notes.pending(1):
            return
        await asyncio.sleep(0.02)
    pytest.fail("a note was not shown")


async def answered(story: Story, channel: Channel, **options: object) -> Message:
    return await ask(story.fake, story.fake.user("Ann"), channel, ANSWERED, **options)


async def test_a_corrected_sentence_is_noted_once_above_the_answer(story: Story) -> None:
    here, metrics = story.fake.guild("Tarn").general, Metrics()
    async with story.bot(observer=metrics) as runtime:
        answer = await answered(story, here)
        embeds, buttons = answer.embeds, answer.buttons
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        note = answer.content
        assert note.startswith("**Corrected since:**")
        assert note.index("12.5 million") < note.index("It now says:") < note.index("14 million")
        assert "Harbour bridge to close" in note
        assert (answer.embeds, answer.buttons) == (embeds, buttons)
        shown_notes = metrics.registry.get_sample_value("dealbot_notes_total", {"outcome": "shown"})
        assert shown_notes == 1
        edits = answer.edits
        await story.update(runtime, harbour=DEARER.replace("$14 million", "$15 million"))
        await shown(runtime)
        assert (answer.content, answer.edits) == (note, edits)


async def test_what_a_mention_got_is_noted_too(story: Story) -> None:
    here = story.fake.guild("Tarn").general
    async with story.bot() as runtime:
        await story.fake.say(story.fake.user("Ann"), here, ANSWERED, mention_bot=True)
        answer = await story.fake.next_message(here)
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        assert "It now says:" in answer.content


async def test_a_correction_while_the_bot_was_away_is_noted(story: Story) -> None:
    here = story.fake.guild("Tarn").general
    async with story.bot():
        answer = await answered(story, here)
    story.build(harbour=DEARER)
    async with story.bot() as runtime:
        await shown(runtime)
        assert "It now says:" in answer.content


async def test_a_withdrawn_article_is_noted_with_its_date(story: Story) -> None:
    here = story.fake.guild("Tarn").general
    fire = {"id": "fire", "text": "The fire in Tarn destroyed 40 houses.", "source": "Tarn Radio"}
    records = story.articles / "wire.jsonl"
    records.write_text(json.dumps(fire | {"seen": "2031-03-01T00:00:00Z"}) + "\n")
    story.build()
    async with story.bot() as runtime:
        ann = story.fake.user("Ann")
        answer = await ask(story.fake, ann, here, "How many houses did the fire in Tarn destroy?")
        assert "40 houses" in answer.text
        withdrawn = {"id": "fire", "withdrawn": True, "seen": "2031-03-04T00:00:00Z"}
        with records.open("a") as file:
            file.write(json.dumps(withdrawn) + "\n")
        await story.update(runtime)
        await shown(runtime)
        assert answer.content.startswith("**Withdrawn by the publisher on 4 Mar 2031:**")


async def test_a_correction_is_dated_and_quotes_only_what_is_new(story: Story) -> None:
    """The new version has a sentence like the old one, which was there before."""
    here = story.fake.guild("Tarn").general
    fire = {"id": "fire", "source": "Tarn Radio"}
    old = "The fire in Tarn destroyed 40 houses. The fire in Tarn destroyed no schools."
    new = "The fire in Tarn destroyed no schools. Thirty-eight buildings burnt down."
    records = [
        fire | {"text": old, "seen": "2031-03-01T00:00:00Z"},
        fire | {"text": new, "seen": "2031-03-04T00:00:00Z"},
    ]
    wire = story.articles / "wire.jsonl"
    wire.write_text(json.dumps(records[0]) + "\n")
    story.build()
    async with story.bot() as runtime:
        ann = story.fake.user("Ann")
        answer = await ask(story.fake, ann, here, "How many houses did the fire in Tarn destroy?")
        assert "40 houses" in answer.text
        wire.write_text("".join(json.dumps(each) + "\n" for each in records))
        await story.update(runtime)
        await shown(runtime)
        assert answer.content.startswith("**Corrected on 4 Mar 2031:**")
        assert "no schools" not in answer.content
        assert "It no longer says this." in answer.content


async def test_several_corrections_are_one_note(story: Story) -> None:
    here = story.fake.guild("Tarn").general
    bought = {name: f"Zanter Corp bought a {name} in 2030.\n" for name in ("mill", "farm", "ship")}
    story.build(**bought)
    async with story.bot() as runtime:
        ann = story.fake.user("Ann")
        answer = await ask(story.fake, ann, here, "What did Zanter Corp buy?")
        await story.update(runtime, **{k: v.replace("2030", "2031") for k, v in bought.items()})
        await shown(runtime)
        assert answer.content.count("~~") == 2
        assert r"in 2030.~~ \[1\]" in answer.content
        assert answer.content.endswith(r"Also corrected or withdrawn: \[2\]\[3\]")


async def test_an_answer_on_its_way_during_an_update_is_noted_after_the_next(story: Story) -> None:
    here = story.fake.guild("Tarn").general
    async with story.bot() as runtime:
        slow = story.fake.faults.slow("PATCH /webhooks/*", 1.0)
        ann = story.fake.user("Ann")
        asked = await story.fake.slash(ann, "ask", {"question": ANSWERED}, channel=here)
        await story.fake.faults.entered(slow)
        await story.update(runtime, harbour=DEARER)
        answer = await asked.final()
        await story.update(runtime, ferry=ARTICLES["ferry.md"].replace("35", "36"))
        await shown(runtime)
        assert "It now says:" in answer.content


@pytest.mark.parametrize(
    "articles",
    [{"harbour": REWORDED}, {"harbour": DEARER + "\n", "ferry": None}, {"harbour": None}],
    ids=["other words", "another sentence", "article removed"],
)
async def test_what_is_no_correction_is_not_noted(
    story: Story, articles: dict[str, str | None]
) -> None:
    here = story.fake.guild("Tarn").general
    async with story.bot() as runtime:
        answer = await answered(story, here)
        if articles["harbour"] not in (None, REWORDED):
            answer = await ask(
                story.fake, story.fake.user("Ann"), here, "When will the harbour bridge close?"
            )
        await story.update(runtime, **articles)
        await shown(runtime)
        assert answer.content == ""


async def test_private_answers_and_direct_messages_are_left_alone(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        private = await answered(story, here, private=True)
        direct = await answered(story, fake.dm(ann))
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        assert private.content == direct.content == ""


async def test_a_server_can_do_without(story: Story) -> None:
    fake = story.fake
    tarn, other = fake.guild("Tarn"), fake.guild("Other")
    async with story.bot() as runtime:
        admin = tarn.owner
        chosen = await fake.slash(
            admin, "config corrections", {"corrections": False}, channel=tarn.general
        )
        assert "Notes on answers whose evidence changes: no" in (await chosen.response()).content
        quiet, noted = [await answered(story, each.general) for each in (tarn, other)]
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        assert quiet.content == ""
        assert "It now says:" in noted.content


async def test_a_deleted_answer_is_forgotten_and_a_lost_edit_repeated(story: Story) -> None:
    fake = story.fake
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        deleted, kept = [await answered(story, here) for _ in range(2)]
        fake.delete(deleted)
        fake.faults.drop(f"PATCH /channels/*/messages/{kept.id}")
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        assert "It now says:" in kept.content
        assert await runtime.store.receipts.of_message(deleted.id) is None
        assert await runtime.store.receipts.of_message(kept.id) is not None


async def test_all_citations_of_many_messages_are_found(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message cites two sentences of the article; a part ends within a message."""
    monkeypatch.setattr("bot.store.notes._AT_ONCE", 3)
    here = story.fake.guild("Tarn").general
    mills = "Zanter Corp bought a mill in 2030. Zanter Corp bought a farm in 2030.\n"
    story.build(mills=mills)
    async with story.bot() as runtime:
        ann = story.fake.user("Ann")
        answers = [await ask(story.fake, ann, here, "What did Zanter Corp buy?") for _ in range(3)]
        await story.update(runtime, mills=mills.replace("2030", "2031"))
        await shown(runtime)
        for answer in answers:
            assert answer.content.endswith(r"Also corrected or withdrawn: \[2\]")


@pytest.mark.parametrize("status", [400, 403])
async def test_an_edit_that_discord_refuses_is_not_repeated(story: Story, status: int) -> None:
    here = story.fake.guild("Tarn").general
    async with story.bot() as runtime:
        answer = await answered(story, here)
        refused = story.fake.faults.fail("PATCH /channels/*/messages/*", status, times=9)
        await story.update(runtime, harbour=DEARER)
        await shown(runtime)
        assert (refused.met, answer.content) == (1, "")
