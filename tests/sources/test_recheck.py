"""Pages that are corrected without a change in their feed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.config.settings import Settings
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.outcome import SourceOutcome
from bot.sources.recheck import due_pages
from bot.sources.remote import ReadLimits
from bot.sources.service import SourceService
from bot.sources.state import KnownPage, read_state
from bot.sources.update import Updater
from tests.sources.conftest import FERRY, QUICK, Builds
from tests.sources.news_server import NewsSite, Story, dated

NOW = datetime(2031, 3, 3, 12, tzinfo=UTC)


class Newsdesk:
    """Updates of one source at times that a test chooses."""

    def __init__(self, updater: Updater) -> None:
        self.updater, self.now = updater, NOW

    async def update_after(self, pause: timedelta) -> SourceOutcome:
        self.now += pause
        [outcome] = (await self.updater.run("tarn")).sources
        return outcome


@pytest.fixture
async def desk(settings: Settings, site: NewsSite, builds: Builds) -> AsyncIterator[Newsdesk]:
    """Add the feed, whose item "ferry" has only a teaser, and read it once."""
    async with Fetcher(QUICK, allow_private=True) as fetcher:
        await SourceService(settings, fetcher, builds).add(f"{site.url}/feed", name="tarn")
        limits = ReadLimits(rechecks=2)
        opened = Newsdesk(Updater(settings, fetcher, builds, limits=limits, now=lambda: opened.now))
        await opened.update_after(timedelta(0))
        yield opened


async def test_a_corrected_page_is_a_new_version_though_its_feed_is_the_same(
    desk: Newsdesk, site: NewsSite, settings: Settings
) -> None:
    site.find("ferry").text = FERRY.replace("two", "three")
    outcome = await desk.update_after(timedelta(minutes=10))
    assert site.asked("/feed")[-1] == 304
    assert (outcome.new, outcome.changed) == (0, 1)
    assert read_state(settings.sources, "tarn").held == 3


async def test_an_unchanged_page_costs_one_conditional_request(
    desk: Newsdesk, site: NewsSite
) -> None:
    outcome = await desk.update_after(timedelta(minutes=10))
    assert site.asked("/ferry") == [200, 304]
    assert (outcome.changed, outcome.notes) == (0, ())


async def test_an_article_that_fell_off_the_end_of_its_feed_is_read_again(
    desk: Newsdesk, site: NewsSite
) -> None:
    site.faults["/feed"] = lambda _: web.Response(
        text=NewsSite([Story("new", "A tram line opened in Tarn.")], url=site.url).feed(),
        content_type="application/rss+xml",
    )
    site.find("ferry").text = FERRY.replace("two", "four")
    outcome = await desk.update_after(timedelta(minutes=10))
    assert (outcome.new, outcome.changed, outcome.withdrawn) == (1, 1, 0)


async def test_a_page_that_is_gone_twice_is_withdrawn_once_its_feed_does_not_list_it(
    desk: Newsdesk, site: NewsSite
) -> None:
    site.find("ferry").gone = True
    for _ in range(2):
        assert (await desk.update_after(timedelta(minutes=10))).withdrawn == 0
    site.stories.remove(site.find("ferry"))
    assert (await desk.update_after(timedelta(minutes=10))).withdrawn == 1
    asked = len(site.asked("/ferry"))
    await desk.update_after(timedelta(days=1))
    assert len(site.asked("/ferry")) == asked


async def test_a_failing_page_ends_the_round_and_loses_nothing(
    desk: Newsdesk, site: NewsSite
) -> None:
    site.faults["/ferry"] = lambda _: web.Response(status=503)
    outcome = await desk.update_after(timedelta(minutes=10))
    assert (outcome.error, outcome.withdrawn, outcome.articles) == ("", 0, 3)
    del site.faults["/ferry"]
    site.find("ferry").text = FERRY.replace("two", "five")
    assert (await desk.update_after(timedelta(minutes=1))).changed == 1


async def test_the_pages_of_one_update_are_bounded(desk: Newsdesk, site: NewsSite) -> None:
    site.stories[:0] = [
        Story(f"s{n}", f"Ship {n} arrived. {FERRY}", teaser=f"Ship {n} …", published=dated(2))
        for n in range(5)
    ]
    await desk.update_after(timedelta(minutes=1))
    before = len(site.requests)
    await desk.update_after(timedelta(minutes=10))
    assert len(site.requests) - before == 3  # the feed and two pages


@pytest.mark.parametrize(
    ("age", "pause", "is_due"),
    [
        (timedelta(hours=5), timedelta(minutes=5), True),
        (timedelta(hours=5), timedelta(minutes=4), False),
        (timedelta(days=3), timedelta(hours=1), True),
        (timedelta(days=3), timedelta(minutes=59), False),
        (timedelta(days=20), timedelta(days=1), True),
        (timedelta(days=20), timedelta(hours=23), False),
        (timedelta(days=31), timedelta(days=9), False),
    ],
)
def test_older_articles_are_read_again_less_often(
    age: timedelta, pause: timedelta, is_due: bool
) -> None:
    page = KnownPage(url="https://x.example/a", since=NOW - age, checked=NOW - pause)
    assert due_pages({"a": page}, NOW) == (["a"] if is_due else [])
