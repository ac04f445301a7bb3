"""/digest: posts of what is new, once per period, over restarts and refusals."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from discord import Permissions

from bot.discord.client import DealbotClient
from bot.discord.digests import post_due
from bot.domain.digests import Every
from bot.monitoring.degradations import Part
from bot.monitoring.metrics import Metrics
from bot.store.digests import StoredDigest
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress
from tests.bot.overview_story import STORY, write_story
from tests.discord.conftest import OpenRuntime, connected
from tests.fake_discord import FakeDiscord
from tests.fake_discord.places import Channel, Guild, Overwrite

DAY = timedelta(days=1)
MONDAY = datetime(2031, 6, 16, 8, tzinfo=UTC)
NEWS = {
    "id": "crane",
    "title": "Crane arrives",
    "source": "Tarn Radio",
    "published": "2031-06-19",
    "seen": "2031-06-19T07:00:00Z",
    "text": "A floating crane arrived at the harbour bridge, @everyone said. It lifts 900 tonnes.",
}


@pytest.fixture(scope="session")
def before(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the story. Read-only: tests copy it."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "articles").mkdir()
    write_story(folder / "articles")
    build_index([folder / "articles"], folder / "index", encoder, NoProgress())
    return folder


@pytest.fixture
def story(before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before, tmp_path / "story"))


@pytest.fixture
async def poster(
    fake: FakeDiscord, opened_runtime: OpenRuntime, story: Path
) -> AsyncIterator[DealbotClient]:
    async with (
        opened_runtime(index=story / "index", observer=Metrics()) as runtime,
        connected(runtime, fake) as client,
    ):
        yield client


def counted(client: DealbotClient) -> dict[str, float]:
    """Return the counts of digests by their outcome, without those of 0."""
    metrics = client.runtime.observer
    assert isinstance(metrics, Metrics)
    return {
        sample.labels["outcome"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "dealbot_digests_total" and sample.value
    }


def add_news(story: Path, encoder: Encoder, live: LiveIndex, *more: dict[str, Any]) -> None:
    """Add articles, build the index anew and let it answer."""
    write_story(story / "articles", (*STORY, NEWS, *more))
    build_index([story / "articles"], story / "index", encoder, NoProgress())
    live.reload()


async def set_digest(client: DealbotClient, guild: Guild, channel: Channel, **changes: Any) -> None:
    """Store a digest that has covered everything until Monday."""
    fields: dict[str, Any] = {
        "every": Every.DAILY,
        "hour": 8,
        "due": MONDAY + DAY,
        "covered": MONDAY,
    }
    digest = StoredDigest(guild.id, channel.id, **fields | changes)
    await client.runtime.store.digests.set(digest)


async def test_it_posts_what_is_new_once_a_period(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder
) -> None:
    harbour = fake.guild("Harbour")
    await set_digest(poster, harbour, harbour.general)
    add_news(story, encoder, poster.runtime.live)
    await post_due(poster, MONDAY)  # not due yet
    assert fake.messages(harbour.general) == []
    wednesday, thursday = MONDAY + 2 * DAY, MONDAY + 3 * DAY + timedelta(minutes=5)
    await post_due(poster, wednesday)  # the news is of Thursday
    assert fake.messages(harbour.general) == []
    sent = fake.faults.slow("POST /channels/*/messages", 0.0, times=9)
    await asyncio.gather(*(post_due(poster, thursday) for _ in range(3)))
    assert sent.met == 1
    [post] = fake.messages(harbour.general)
    assert post.embed["title"] == "Daily digest"
    assert "A floating crane arrived" in post.text
    assert "A court in Tarn rejected the suit" in post.text
    assert "The harbour bridge closed" not in post.text  # of May
    assert post.mention_everyone is False
    for later in (thursday + DAY, thursday + 2 * DAY):  # nothing new: nothing is posted
        await post_due(poster, later)
    assert len(fake.messages(harbour.general)) == 1


async def test_long_news_are_not_lost(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder
) -> None:
    """The part that does not fit the first page is on a second one, and the post names the command
    for the rest."""
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    await set_digest(poster, harbour, harbour.general)
    long = " with a hull of grey steel and a crew of many" * 17
    boats = ("tug", "barge", "dredger", "ferry", "trawler", "yacht", "canoe", "schooner", "tanker")
    news = [
        NEWS | {"id": boat, "title": boat, "text": f"A {boat}{long} sank off Tarn."}
        for boat in boats
    ]
    add_news(story, encoder, poster.runtime.live, *news)
    await post_due(poster, thursday)
    [post] = fake.messages(harbour.general)
    assert len(post.embeds) == 2
    assert sum(boat in post.text for boat in boats) >= 4
    assert "/latest lists more" in post.embeds[-1]["footer"]["text"]


async def test_it_survives_a_restart(
    fake: FakeDiscord, opened_runtime: OpenRuntime, story: Path, encoder: Encoder
) -> None:
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    for _ in range(2):
        async with (
            opened_runtime(index=story / "index") as runtime,
            connected(runtime, fake) as client,
        ):
            if await runtime.store.digests.get(harbour.id) is None:
                await set_digest(client, harbour, harbour.general)
                add_news(story, encoder, runtime.live)
            await post_due(client, thursday)
    assert len(fake.messages(harbour.general)) == 1


async def test_a_post_that_was_lost_in_a_crash_is_in_the_next_one(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder
) -> None:
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    await set_digest(poster, harbour, harbour.general)
    add_news(story, encoder, poster.runtime.live)
    store = poster.runtime.store.digests
    [digest] = await store.due(thursday)
    assert await store.take(digest, MONDAY + 4 * DAY)  # killed before the post was sent
    await post_due(poster, thursday)
    assert fake.messages(harbour.general) == []
    await post_due(poster, thursday + DAY)
    [post] = fake.messages(harbour.general)
    assert "A floating crane arrived" in post.text


async def test_a_failing_discord_gets_it_later(
    poster: DealbotClient,
    fake: FakeDiscord,
    story: Path,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    await set_digest(poster, harbour, harbour.general)
    add_news(story, encoder, poster.runtime.live)
    monkeypatch.setattr("bot.discord.digests._SEND_FOR_S", 0.0)
    fault = fake.faults.fail("POST /channels/*/messages", 503)
    await post_due(poster, thursday)
    assert fault.met
    assert fake.messages(harbour.general) == []
    await post_due(poster, thursday + timedelta(minutes=1))
    assert len(fake.messages(harbour.general)) == 1


async def test_a_post_that_discord_refuses_is_not_tried_every_minute(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder
) -> None:
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    await set_digest(poster, harbour, harbour.general)
    add_news(story, encoder, poster.runtime.live)
    fault = fake.faults.fail("POST /channels/*/messages", 400, times=9)
    for minutes in range(3):
        await post_due(poster, thursday + timedelta(minutes=minutes))
    assert fault.met == 1
    [degradation] = poster.runtime.degraded.current
    assert degradation.part is Part.DIGESTS
    assert str(harbour.id) in degradation.message
    fake.faults.clear()
    await post_due(poster, thursday + DAY)  # the next one has the news
    [post] = fake.messages(harbour.general)
    assert "A floating crane arrived" in post.text
    assert poster.runtime.degraded.current == ()
    assert counted(poster) == {"refused": 1, "posted": 1}


async def test_the_trouble_of_one_server_hides_no_other(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder
) -> None:
    harbour, market = fake.guild("Harbour"), fake.guild("Market")
    thursday = MONDAY + 3 * DAY + timedelta(minutes=5)
    for guild in (harbour, market):
        await set_digest(poster, guild, guild.general)
    add_news(story, encoder, poster.runtime.live)
    for guild in (harbour, market):
        fake.faults.fail(f"POST /channels/{guild.general.id}/messages", 400)
    await post_due(poster, thursday)
    degraded = poster.runtime.degraded
    assert {each.of for each in degraded.current} == {
        f"server {guild.id}" for guild in (harbour, market)
    }
    fake.faults.fail(f"POST /channels/{market.general.id}/messages", 400)
    await post_due(poster, thursday + DAY)
    [left] = degraded.current
    assert str(market.id) in left.message
    await fake.slash(market.owner, "digest", {"every": "off"}, channel=market.general)
    await fake.until(lambda: degraded.current == (), "an end of the degradation")


@pytest.mark.parametrize("gone", [False, True])
async def test_a_channel_that_refuses_it_pauses_it(
    poster: DealbotClient, fake: FakeDiscord, story: Path, encoder: Encoder, gone: bool
) -> None:
    harbour, thursday = fake.guild("Harbour"), MONDAY + 3 * DAY + timedelta(minutes=5)
    mute = Overwrite(harbour.everyone, deny=Permissions(send_messages=True))
    ears = fake.channel(harbour, "news", *(() if gone else (mute,)))
    await set_digest(poster, harbour, ears)
    add_news(story, encoder, poster.runtime.live)
    if gone:
        fake.world.remove_channel(ears)
    await post_due(poster, thursday)
    fake.violations.clear()
    kept = await poster.runtime.store.digests.get(harbour.id)
    assert kept is not None
    assert kept.paused
    await post_due(poster, thursday + DAY)  # tries nothing
    shown = await (await fake.slash(harbour.owner, "digest", channel=harbour.general)).response()
    assert "is paused" in shown.content
    # Set again elsewhere, it brings what was missed.
    await set_digest(poster, harbour, harbour.general, due=thursday + DAY)
    await post_due(poster, thursday + 2 * DAY)
    [post] = fake.messages(harbour.general)
    assert "A floating crane arrived" in post.text


async def test_admins_set_it(poster: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    owner, store = harbour.owner, poster.runtime.store
    news = fake.channel(harbour, "news")

    async def digest(person: Any = owner, **options: object) -> str:
        asked = await fake.slash(person, "digest", options, channel=harbour.general)
        return (await asked.response()).content

    assert "No digest is set" in await digest()
    assert "Only the server's admins" in await digest(ann, every="daily")
    assert await store.digests.get(harbour.id) is None
    assert await digest(hour=9) == "Say how often, too: daily or weekly"
    told = await digest(every="weekly", channel=news, hour=18)
    assert told == f"I post what is new in <#{news.id}> every Monday at 18:00 UTC, if anything is."
    kept = await store.digests.get(harbour.id)
    assert kept is not None
    assert (kept.channel, kept.every, kept.due.hour, kept.due.weekday()) == (
        news.id,
        "weekly",
        18,
        0,
    )
    assert "every day at 08:00 UTC" in await digest(every="daily")
    assert await digest() == await digest()
    assert await digest(every="off") == "The digest is off."
    assert await store.digests.get(harbour.id) is None
    audited = await store.audit.latest(harbour.id, 9)
    assert [(entry.action, entry.actor) for entry in audited] == [("digest", owner.id)] * 3
