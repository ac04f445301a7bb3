"""/sources, /why, /help and /status, shown to the asker alone."""

from pathlib import Path

import pytest

from bot.discord.client import DealbotClient
from bot.monitoring.degradations import Part
from bot.wording.measures import operating_point_line
from index.encoder.encoder import Encoder
from tests.discord.conftest import (
    ANSWERED,
    ARTICLES,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    indexed,
    receipt_id,
)
from tests.fake_discord import FakeDiscord


async def test_the_articles_are_listed_newest_first(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "sources", channel=harbour.general)
    listed = await asked.final()
    assert asked.ephemeral
    described = listed.embed["description"]
    assert "[Harbour bridge to close](https://gazette.example/bridge)" in described
    assert "Tarn Gazette · 3\xa0Feb\xa02031 · 3 sentences" in described
    assert described.index("Ferry line") < described.index("Harbour bridge")
    assert listed.embed["footer"]["text"] == "3 articles"
    assert not listed.components


async def test_a_long_list_is_turned_and_survives_a_restart(
    fake: FakeDiscord, opened_runtime: OpenRuntime, long_index: Path
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=long_index) as runtime, connected(runtime, fake):
        listed = await (await fake.slash(ann, "sources", channel=harbour.general)).final()
        assert "Page 1 of 2 · 12 articles" in listed.text
    async with opened_runtime(index=long_index) as runtime, connected(runtime, fake):
        turned = await (await fake.click(listed, "Next ▶", ann)).final()
        assert turned is listed
        assert "Page 2 of 2" in listed.text
        await (await fake.click(listed, "◀ Back", ann)).final()
        assert "Page 1 of 2" in listed.text


@pytest.mark.parametrize("named", ["ferry", "FERRY LINE gets two boats "])
async def test_one_article_is_shown_by_its_sentences(
    dealbot: DealbotClient, fake: FakeDiscord, named: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "sources", {"article": named}, channel=harbour.general)
    shown = await asked.final()
    assert asked.ephemeral
    assert shown.embed["title"] == "Ferry line gets two boats"
    assert "**2** The boats will arrive in March 2032." in shown.embed["description"]


async def test_articles_are_offered_while_typing(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    for typed, names in (
        ("", ["Ferry line gets two boats", "Harbour bridge to close", "museum"]),
        ("gazette", ["Harbour bridge to close"]),
        ("nothing", []),
    ):
        offered = await fake.autocomplete(
            ann, "sources", {"article": typed}, "article", channel=harbour.general
        )
        assert [choice["name"] for choice in offered] == names
    [museum] = await fake.autocomplete(
        ann, "sources", {"article": "muse"}, "article", channel=harbour.general
    )
    asked = await fake.slash(ann, "sources", {"article": museum["value"]}, channel=harbour.general)
    assert "roof of copper" in (await asked.final()).text


async def test_hostile_titles_are_offered_as_discord_takes_them(
    fake: FakeDiscord, opened_runtime: OpenRuntime, encoder: Encoder, tmp_path: Path
) -> None:
    titles = {"long": "🚲" * 90, "blank": "\u200b", "reversed": "\u202eevil"}
    index = indexed(
        {
            f"{name}.md": f"---\ntitle: '{title}'\n---\nSome text stands here.{name}\n"
            for name, title in titles.items()
        }
        | ARTICLES,
        tmp_path,
        encoder,
    )
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=index) as runtime, connected(runtime, fake):
        offered = await fake.autocomplete(
            ann, "sources", {"article": ""}, "article", channel=harbour.general
        )
    names = [choice["name"] for choice in offered]
    assert len(names) == len(titles) + len(ARTICLES)
    assert not [name for name in names if "\u202e" in name or not name.strip("\u200b ")]


async def test_an_article_that_is_none_is_refused_privately(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.slash(ann, "sources", {"article": "Atlantis"}, channel=harbour.general)
    assert "There is no such article" in (await asked.final()).content
    assert asked.ephemeral


async def test_why_shows_how_an_answer_came_about(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    typed = f" {receipt_id(answer).upper()} "
    asked = await fake.slash(bob, "why", {"receipt": typed}, channel=harbour.general)
    why = await asked.final()
    assert asked.ephemeral
    assert f"**Asked:** {ANSWERED}" in why.text
    assert dealbot.runtime.live.current.generation.id in why.text
    assert "score" in why.text
    assert r"cited as \[1\]" in why.text
    assert "Another generation" not in why.text
    assert operating_point_line(dealbot.runtime.requests.service.operating_point)[:10] in why.text


async def test_why_is_closed_to_those_who_could_not_see_the_answer(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    ann, bob = fake.user("Ann"), fake.user("Bob")
    public = receipt_id(await ask(fake, ann, harbour.general, ANSWERED))
    private = receipt_id(await ask(fake, ann, harbour.general, NOT_ANSWERED, private=True))
    await fake.say(ann, fake.dm(ann), ANSWERED)
    direct = receipt_id(await fake.next_message(fake.dm(ann)))
    for person, place, receipt, readable in (
        (bob, harbour.general, public, True),
        (bob, island.general, public, False),
        (bob, fake.dm(bob), public, False),
        (ann, fake.dm(ann), public, True),
        (bob, harbour.general, private, False),
        (harbour.owner, harbour.general, private, False),
        (ann, harbour.general, private, True),
        (bob, harbour.general, direct, False),
        (bob, fake.dm(bob), direct, False),
        (ann, fake.dm(ann), direct, True),
        (bob, harbour.general, "aaaaaaaaaaaa", False),
        (bob, harbour.general, "'; DROP TABLE receipts", False),
    ):
        asked = await fake.slash(person, "why", {"receipt": receipt}, channel=place)
        told = await asked.final()
        assert asked.ephemeral
        assert bool(told.embeds) is readable, (person.name, place.name, receipt)
        assert ("There is no such answer" in told.content) is not readable


async def test_help(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    ann = fake.user("Ann")
    asked = await fake.slash(ann, "help", channel=fake.dm(ann))
    told = await asked.final()
    assert "/ask" in told.embed["description"]
    assert asked.ephemeral


async def test_status_tells_more_to_those_who_run_the_bot(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    before = await (await fake.slash(ann, "status", channel=harbour.general)).final()
    assert "no questions yet" in before.text
    await ask(fake, ann, harbour.general, ANSWERED)
    asked = await fake.slash(ann, "status", channel=harbour.general)
    told = await asked.final()
    assert asked.ephemeral
    assert dealbot.runtime.live.current.generation.id in told.text
    assert "3 articles, 7 sentences" in told.text
    assert "0 questions" in told.text
    assert " ms (median); one in twenty" in told.text
    assert "fields" not in told.embed
    developer = fake.world.developer
    more = await (await fake.slash(developer, "status", channel=harbour.general)).final()
    fields = {field["name"]: field["value"] for field in more.embed["fields"]}
    assert fields["Servers"] == "1"
    assert fields["Encoder"] == dealbot.runtime.live.current.generation.manifest.encoder_id


async def test_status_tells_what_is_degraded_and_more_of_it_to_those_who_run_the_bot(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    ann, developer = fake.user("Ann"), fake.world.developer
    dealbot.runtime.degraded.set(Part.STORE, "the disk of the attic is full")
    told = await (await fake.slash(ann, "status", channel=fake.dm(ann))).final()
    assert "**Degraded:** store, since 20" in told.text
    assert "attic" not in told.text
    more = await (await fake.slash(developer, "status", channel=fake.dm(developer))).final()
    assert "the disk of the attic is full" in more.text
    dealbot.runtime.degraded.clear(Part.STORE)
    told = await (await fake.slash(ann, "status", channel=fake.dm(ann))).final()
    assert "Degraded" not in told.text


async def test_status_tells_more_to_whom_the_settings_name(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(admin_users=(ann.id,)) as runtime, connected(runtime, fake):
        told = await (await fake.slash(ann, "status", channel=harbour.general)).final()
        assert told.embed["fields"]
