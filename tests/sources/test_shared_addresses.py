"""Two feeds that give one address different texts: one article, whose fuller text counts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.answering.change.fate import fate_of
from bot.config.settings import Settings
from bot.domain.fates import FateKind
from bot.domain.models import Place
from bot.sources.archive import records_from
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.service import SourceService
from bot.sources.update import Updater
from index.articles.sources import SourceReport, read_articles
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import FileGeneration, open_current
from index.models import Article
from index.progress import NoProgress
from tests.sources.conftest import BRIDGE, QUICK, Builds
from tests.sources.news_server import NewsSite, Story, dated

TEASER = "The bridge closes soon. More in our app"
DEARER = BRIDGE.replace("12.5", "14.5")
BUSES = " Buses will run."
HOUR = timedelta(hours=1)


class Desk:
    """Two feeds of one site: /feed has whole texts, and /brief one article of it. The page of that
    article is only for readers who pay, so a teaser in /brief stays one."""

    def __init__(
        self, sources: SourceService, updater: Updater, settings: Settings, site: NewsSite
    ) -> None:
        self.sources, self._updater, self._settings, self.site = sources, updater, settings, site
        self.report = SourceReport()
        self.now = datetime(2031, 3, 3, 12, tzinfo=UTC)
        self.id = f"{site.url}/bridge"
        story = Story("bridge", BRIDGE, teaser=TEASER, published=dated(1))
        self._brief = NewsSite([story], url=site.url)
        self.brief, self.whole = story, site.find("bridge")
        site.faults["/brief"] = lambda _: web.Response(
            text=self._brief.feed(), content_type="application/rss+xml"
        )
        site.faults["/bridge"] = lambda _: web.Response(status=403)

    async def add(self, *names: str) -> None:
        """Add these feeds, and read each an hour later."""
        for name in names:
            await self.sources.add(f"{self.site.url}/{name}", name=name)
            await self.update(name)

    async def update(self, *names: str, after: timedelta = HOUR) -> None:
        """Update the feeds one after another."""
        for name in names:
            self.now += after
            [outcome] = (await self._updater.run(name)).sources
            assert not outcome.error

    def versions(self) -> list[Article]:
        """Return the versions of the article, as a build reads them from the archives."""
        self.report = SourceReport()
        found = read_articles([self.sources.registry.archives], report=self.report)
        mine = [each for each in found if self.id in (each.id, each.version_of)]
        return sorted(mine, key=lambda each: each.version)

    def texts(self) -> list[str]:
        """Return what the versions say the repair costs, and what follows."""
        return [each.text.split("$")[-1] for each in self.versions()]

    def built(self, encoder: Encoder) -> FileGeneration:
        archives, index = self.sources.registry.archives, self._settings.index
        build_index([archives], index, encoder, NoProgress())
        return open_current(index)


@pytest.fixture
async def desk(settings: Settings, site: NewsSite, builds: Builds) -> AsyncIterator[Desk]:
    async with Fetcher(QUICK, allow_private=True) as fetcher:
        sources = SourceService(settings, fetcher, builds)
        updater = Updater(settings, fetcher, builds, now=lambda: opened.now)
        opened = Desk(sources, updater, settings, site)
        yield opened


@pytest.mark.parametrize("order", [("feed", "brief"), ("brief", "feed")])
async def test_a_teaser_of_another_feed_never_replaces_the_whole_text(
    desk: Desk, order: tuple[str, str]
) -> None:
    await desk.add(*order)
    for turn in range(6):
        desk.brief.teaser = f"{TEASER} ({turn})"
        await desk.update(*order)
        [article] = desk.versions()
        assert "$12.5 million" in article.text
        assert (article.id, article.version, article.replaced) == (desk.id, 1, "")
    assert (desk.report.updated.count, desk.report.shorter) == (0, 7)


async def test_an_archive_has_all_that_its_feed_gave_so_another_can_be_removed(
    desk: Desk,
) -> None:
    await desk.add("feed", "brief")
    desk.brief.teaser = f"{TEASER} today"
    await desk.update("feed", "brief")
    assert len(list(records_from(desk.sources.registry.archive("brief"), 0))) == 2
    desk.sources.registry.remove("feed")
    assert [each.text for each in desk.versions()] == [TEASER, f"{TEASER} today"]


async def test_a_correction_is_one_version_though_it_reaches_the_feeds_in_turn(
    desk: Desk,
) -> None:
    desk.brief.text, desk.brief.teaser = BRIDGE + BUSES, ""
    await desk.add("feed", "brief")
    before = "12.5 million." + BUSES
    assert desk.texts() == [before]
    desk.whole.text = DEARER
    await desk.update("feed", "brief")
    assert desk.texts() == [before, "14.5 million."]
    desk.brief.text = DEARER + BUSES
    for _ in range(3):
        await desk.update("brief", "feed")
        assert desk.texts() == [before, "14.5 million."]
    desk.brief.text = DEARER.replace("14.5", "15.5") + BUSES
    await desk.update("feed", "brief")
    assert desk.texts() == [before, "14.5 million.", "15.5 million." + BUSES]


async def test_a_correction_counts_though_only_the_feed_of_the_shorter_text_has_it(
    desk: Desk,
) -> None:
    desk.brief.text, desk.brief.teaser = BRIDGE + BUSES, ""
    await desk.add("brief", "feed")
    desk.whole.text = DEARER
    await desk.update("feed", "brief", after=timedelta(days=2))
    assert desk.texts() == ["12.5 million." + BUSES, "14.5 million."]


async def test_a_withdrawal_ends_the_article_of_both_feeds(desk: Desk) -> None:
    await desk.add("feed", "brief")
    desk.site.stories.remove(desk.whole)
    del desk.site.faults["/bridge"]
    await desk.update("feed")
    withdrawn = desk.now
    await desk.update("brief", "feed")
    [article] = desk.versions()
    assert article.replaced == withdrawn.isoformat()


async def test_a_fuller_text_is_no_correction_of_the_teaser_but_a_changed_figure_is(
    desk: Desk, encoder: Encoder
) -> None:
    def fate(generation: FileGeneration, sentence: str) -> FateKind:
        about = {"title": "bridge", "source": "", "published": "", "url": desk.id}
        place = Place(article_id=desk.id, **about, start=0, end=len(sentence))
        return fate_of(generation, place, sentence).kind

    teaser, figure = TEASER.partition(".")[0] + ".", BRIDGE.partition("\n")[2]
    await desk.add("brief")
    assert fate(desk.built(encoder), teaser) is FateKind.HOLDS
    await desk.add("feed")
    whole = desk.built(encoder)
    assert fate(whole, teaser) is FateKind.GONE
    assert fate(whole, figure) is FateKind.HOLDS
    desk.whole.text = DEARER
    await desk.update("feed")
    corrected = desk.built(encoder)
    assert fate(corrected, figure) is FateKind.CORRECTED
    assert fate(corrected, teaser) is FateKind.GONE
