"""/source, the schedule, and builds of other processes, in a bot over a fake Discord."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from bot.discord.runtime import Runtime
from bot.monitoring.degradations import Part
from bot.rebuild.publication_events import Listener, Publication
from bot.sources.schedule import keep_following, keep_updated
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import POINTER
from index.progress import NoProgress
from tests.discord.conftest import ARTICLES, OpenRuntime, ask, running
from tests.fake_discord import FakeDiscord, Guild, User
from tests.hang_guard import HANG_S
from tests.sources.news_server import NewsSite, Story, served

STRIKE = "Tram drivers in Tarn went on strike on Friday. Their union wants 400 euros more a month."
WHO = "Who went on strike in Tarn?"


@pytest.fixture
async def site() -> AsyncIterator[NewsSite]:
    async with served(Story("strike", STRIKE, title="Tram strike")) as site:
        yield site


@pytest.fixture
async def runtime(
    opened_runtime: OpenRuntime, town_index: Path, tmp_path: Path, fake: FakeDiscord
) -> AsyncIterator[Runtime]:
    """Yield a runtime with an index and sources of its own."""
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    shutil.copytree(town_index, tmp_path / "index")
    async with opened_runtime(
        index=tmp_path / "index",
        articles=(articles,),
        sources=tmp_path / "sources",
        sources_allow_private=True,
    ) as runtime:
        yield runtime


@pytest.fixture
async def client(runtime: Runtime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    async with running(build_client(runtime), fake) as client:
        yield client


@pytest.fixture
def town(fake: FakeDiscord) -> Guild:
    return fake.guild("Tarn")


async def eventually(probe: Callable[[], bool]) -> None:
    """Wait until the probe is true, which no event announces. Raises TimeoutError."""
    async with asyncio.timeout(HANG_S):
        while not probe():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def source(
    fake: FakeDiscord, town: Guild, name: str, by: User | None = None, /, **options: object
) -> str:
    """Run a /source command and return what it shows at last."""
    by = by or fake.world.developer
    asked = await fake.slash(by, f"source {name}", options, channel=town.general)
    assert asked.ephemeral or not asked.answers
    return (await asked.final()).text


async def test_an_operator_adds_a_feed_and_its_articles_answer(
    client: DealbotClient, fake: FakeDiscord, town: Guild, site: NewsSite
) -> None:
    shown = await source(fake, town, "add", url=f"{site.url}/feed", name="Tarn")
    assert "tarn: RSS “Tarn”, 1 article" in shown
    assert "1 new" in await source(fake, town, "check", id="tarn")
    shown = await source(fake, town, "update")
    assert "tarn: 1 new" in shown
    assert "Generation " in shown
    answer = await ask(fake, fake.user("Ann"), town.general, WHO)
    assert "in Tarn went on strike on Friday." in answer.text
    assert "tarn: RSS, 1 article, read " in await source(fake, town, "list")
    assert "leave the index" in await source(fake, town, "remove", id="tarn")
    assert "There are none" in await source(fake, town, "list")
    latest = await client.runtime.store.audit.latest(town.id, 10)
    assert [(entry.action, entry.detail) for entry in reversed(latest)] == [
        ("source add", f"{site.url}/feed"),
        ("source check", "tarn"),
        ("source update", ""),
        ("source remove", "tarn"),
    ]


@pytest.mark.parametrize("name", ["add", "list", "remove", "check", "update"])
async def test_others_may_not(
    client: DealbotClient, fake: FakeDiscord, town: Guild, site: NewsSite, name: str
) -> None:
    fake.guild("Elsewhere")
    await fake.gateway.caught_up()
    options = {"add": {"url": f"{site.url}/feed"}, "remove": {"id": "tarn"}}.get(name, {})
    for user in (fake.user("Ann"), town.owner):
        assert "Only those who run the bot" in await source(fake, town, name, user, **options)
    assert site.requests == []
    assert await client.runtime.store.audit.latest(town.id, 10) == []


@pytest.mark.parametrize("path", ["/etc", "../articles", "file:///etc/passwd", "articles"])
async def test_no_file_is_read_for_somebody_on_discord(
    client: DealbotClient, fake: FakeDiscord, town: Guild, path: str
) -> None:
    shown = await source(fake, town, "add", url=path)
    assert "with http" in shown
    assert client.runtime.sources.registry.sources() == ()


async def test_the_text_of_a_server_is_shown_inert(
    client: DealbotClient, fake: FakeDiscord, town: Guild, site: NewsSite
) -> None:
    feed = site.feed().replace("Tarn Gazette", "@everyone **win** [x](https://evil.example)")
    site.faults["/feed"] = lambda _: web.Response(text=feed, content_type="application/rss+xml")
    shown = await source(fake, town, "add", url=f"{site.url}/feed")
    assert "@everyone" not in shown
    assert "**win**" not in shown


# --- without a command ------------------------------------------------------------------------


async def test_the_schedule_updates_what_is_due(
    opened_runtime: OpenRuntime, town_index: Path, tmp_path: Path, site: NewsSite
) -> None:
    shutil.copytree(town_index, tmp_path / "index")
    (tmp_path / "ferry.md").write_text(ARTICLES["ferry.md"])
    settings = {
        "index": tmp_path / "index",
        "articles": (tmp_path / "ferry.md",),
        "sources": tmp_path / "sources",
        "sources_allow_private": True,
    }
    async with opened_runtime(**settings) as runtime:
        await runtime.sources.add(f"{site.url}/feed")
    async with opened_runtime(**settings, update_every="15m") as runtime:
        published = asyncio.Event()
        runtime.rebuilder.on_published.add(_setting(published))
        async with asyncio.timeout(HANG_S):
            await published.wait()
        assert runtime.live.current.generation.texts.find_article(f"{site.url}/strike")
        # The outcome is recorded after the publication.
        await eventually(lambda: not runtime.sources.is_due())


def _setting(event: asyncio.Event) -> Listener:
    """Return a listener that sets the event after a publication of the test."""

    async def listener(publication: Publication) -> None:
        if publication.before is not None:
            event.set()

    return listener


async def test_a_generation_of_another_process_is_loaded_and_announced(
    runtime: Runtime, encoder: Encoder, tmp_path: Path
) -> None:
    published = asyncio.Event()
    runtime.rebuilder.on_published.add(_setting(published))
    following = asyncio.create_task(
        keep_following(runtime.rebuilder, runtime.settings.open_index(), runtime.degraded, 0.01)
    )
    (tmp_path / "strike.txt").write_text(STRIKE)
    report = await asyncio.to_thread(
        build_index, [tmp_path / "strike.txt"], runtime.settings.index, encoder, NoProgress()
    )
    async with asyncio.timeout(HANG_S):
        await published.wait()
    following.cancel()
    assert runtime.live.current.generation.id == report.manifest.id


async def test_a_pointer_to_nothing_is_reported_and_changes_no_answer(runtime: Runtime) -> None:
    before = runtime.live.current
    following = asyncio.create_task(
        keep_following(runtime.rebuilder, runtime.settings.open_index(), runtime.degraded, 0.01)
    )
    await asyncio.sleep(0.05)
    (runtime.settings.index / POINTER).write_text("nothing\n")
    await eventually(lambda: _is_degraded(runtime, Part.INDEX))
    following.cancel()
    assert runtime.live.current is before


async def test_a_source_that_keeps_failing_is_degraded_until_it_works(
    runtime: Runtime, site: NewsSite
) -> None:
    await runtime.sources.add(f"{site.url}/feed", name="tarn")
    site.faults["/feed"] = lambda _: web.Response(status=403)
    for _ in range(3):
        await runtime.sources.update("tarn")
    scheduled = asyncio.create_task(keep_updated(runtime.sources, runtime.degraded, 0.01))
    await eventually(lambda: _is_degraded(runtime, Part.SOURCES))
    del site.faults["/feed"]
    await runtime.sources.update("tarn")
    await eventually(lambda: not _is_degraded(runtime, Part.SOURCES))
    scheduled.cancel()


def _is_degraded(runtime: Runtime, part: Part) -> bool:
    return part in [each.part for each in runtime.degraded.current]
