"""Updates of feeds, sitemaps and pages: what is new, changed and withdrawn."""

import pytest
from aiohttp import web

from bot.config.settings import Settings
from bot.monitoring.metrics import Metrics
from bot.sources.document import MOST_ITEMS
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.outcome import Result
from bot.sources.service import SourceService
from bot.sources.source import Kind, SourcesError
from tests.sources.conftest import BRIDGE, FERRY, QUICK, Builds, archived, updated
from tests.sources.news_server import NewsSite, Story, dated


async def test_the_first_update_archives_all_articles_with_their_full_texts(
    sources: SourceService, site: NewsSite, builds: Builds
) -> None:
    found = await sources.add(f"{site.url}/feed", name="Tarn Gazette")
    assert (found.source.id, found.source.kind, found.articles) == ("tarn-gazette", Kind.RSS, 3)
    outcome = await updated(sources)
    assert (outcome.new, outcome.changed, outcome.withdrawn) == (3, 0, 0)
    ferry, bridge, market = archived(sources)
    assert ferry["id"] == ferry["url"] == f"{site.url}/ferry"
    assert "The boats will arrive in March 2032" in str(ferry["text"])
    assert "Home News Sport" not in str(ferry["text"])
    assert bridge["text"] == BRIDGE.replace("\n", "\n\n")
    assert bridge["published"] == dated(1).isoformat()
    assert market["seen"] == bridge["seen"]
    assert builds.count == 1


async def test_updates_are_counted(settings: Settings, site: NewsSite, builds: Builds) -> None:
    metrics = Metrics()

    def count(name: str, outcome: str) -> float | None:
        return metrics.registry.get_sample_value(f"dealbot_{name}_total", {"outcome": outcome})

    async with Fetcher(QUICK, allow_private=True) as fetcher:
        sources = SourceService(settings, fetcher, builds, metrics)
        await sources.add(f"{site.url}/feed")
        assert count("source_updates", "failed") == 0  # a series from the start
        await updated(sources)
        site.faults["/feed"] = lambda _: web.Response(status=403)
        await updated(sources)
    assert (count("source_updates", "changed"), count("source_updates", "failed")) == (1, 1)
    assert (count("source_articles", "new"), count("source_articles", "withdrawn")) == (3, 0)


async def test_an_unchanged_feed_costs_one_conditional_request_and_no_build(
    sources: SourceService, site: NewsSite, builds: Builds
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    before = len(site.requests)
    outcome = await updated(sources)
    assert outcome.result is Result.UNCHANGED
    assert site.requests[before:] == [("/feed", 304)]
    assert builds.count == 1


async def test_only_pages_of_new_and_changed_teasers_are_fetched(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.stories.insert(0, Story("tram", f"Tram drivers went on strike. {FERRY}", teaser="Tram …"))
    outcome = await updated(sources)
    assert (outcome.new, outcome.changed) == (1, 0)
    assert site.asked("/ferry") == [200]
    site.find("ferry").text = FERRY.replace("two", "three")
    site.find("ferry").teaser = "Northline Ferries ordered three …"
    outcome = await updated(sources)
    assert (outcome.new, outcome.changed) == (0, 1)
    assert (site.asked("/ferry"), site.asked("/tram")) == ([200, 200], [200])
    assert "three" in str(archived(sources)[-1]["text"])


async def test_a_changed_article_is_a_new_version_with_the_same_id(
    sources: SourceService, site: NewsSite, builds: Builds
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.find("bridge").text = BRIDGE.replace("12.5", "14.5")
    outcome = await updated(sources)
    assert outcome.line == f"{outcome.source}: 1 changed"
    ids = [record["id"] for record in archived(sources)]
    assert ids.count(f"{site.url}/bridge") == 2
    assert builds.count == 2


async def test_an_article_that_left_the_middle_of_the_feed_and_is_gone_is_withdrawn(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.stories.remove(site.find("bridge"))
    outcome = await updated(sources)
    assert (outcome.withdrawn, outcome.articles) == (1, 2)
    record = archived(sources)[-1]
    assert (record["id"], record["withdrawn"]) == (f"{site.url}/bridge", True)
    assert (await updated(sources)).withdrawn == 0
    site.stories.insert(1, Story("bridge", BRIDGE, published=dated(1)))
    assert (await updated(sources)).new == 1


async def test_an_article_that_left_the_feed_but_is_still_there_stays(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    unlisted = site.find("bridge")
    site.faults["/feed"] = lambda _: _feed_without(site, unlisted)
    outcome = await updated(sources)
    assert (outcome.withdrawn, outcome.articles) == (0, 3)
    assert site.asked("/bridge") == [200]


async def test_a_withdrawal_waits_while_the_page_cannot_be_asked_for(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.stories.remove(site.find("bridge"))
    site.faults["/bridge"] = lambda _: web.Response(status=503)
    assert (await updated(sources)).withdrawn == 0
    del site.faults["/bridge"]
    assert (await updated(sources)).withdrawn == 1


async def test_articles_that_fall_off_the_end_stay_unasked(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.stories.remove(site.find("market"))
    outcome = await updated(sources)
    assert (outcome.withdrawn, outcome.articles) == (0, 3)
    assert site.asked("/market") == []


async def test_changing_ids_and_campaigns_make_no_new_articles(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    for number in range(3):
        for story in site.stories:
            story.guid, story.campaign = f"{story.name}-{number}", f"?utm_source=rss{number}"
        outcome = await updated(sources)
        assert outcome.result is Result.UNCHANGED, outcome.line
    assert site.asked("/ferry") == [200]


async def test_the_same_text_at_changing_addresses_is_one_article(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    site.find("bridge").name = "bridge-2"
    outcome = await updated(sources)
    assert (outcome.new, outcome.articles) == (0, 3)
    assert "repeating another article: 1" in outcome.line


async def test_a_feed_of_too_many_items_is_read_in_part_and_named(
    sources: SourceService, site: NewsSite
) -> None:
    more = MOST_ITEMS + 40
    site.stories[:] = [Story(f"s{i}", f"Story number {i} of Tarn.") for i in range(more)]
    await sources.add(f"{site.url}/feed")
    outcome = await updated(sources)
    assert outcome.new == MOST_ITEMS
    assert "only the first 500 items were read, 40 more were not" in outcome.line


async def test_a_sitemap_is_read_from_its_pages(sources: SourceService, site: NewsSite) -> None:
    found = await sources.add(f"{site.url}/sitemap.xml")
    assert (found.source.kind, found.source.title) == (Kind.SITEMAP, "Tarn Gazette")
    assert (await updated(sources)).new == 3
    bridge = next(r for r in archived(sources) if r["id"] == f"{site.url}/bridge")
    assert "$12.5 million" in str(bridge["text"])
    assert bridge["published"] == dated(1).isoformat()


async def test_a_single_page_has_versions_and_an_end(
    sources: SourceService, site: NewsSite
) -> None:
    found = await sources.add(f"{site.url}/bridge")
    assert found.source.kind is Kind.PAGE
    assert (await updated(sources)).new == 1
    site.find("bridge").text = BRIDGE.replace("12.5", "14.5")
    assert (await updated(sources)).changed == 1
    site.find("bridge").gone = True
    outcome = await updated(sources)
    assert (outcome.withdrawn, outcome.articles) == (1, 0)


async def test_a_feed_cannot_replace_the_articles_of_another_site(
    sources: SourceService, site: NewsSite
) -> None:
    feed = site.feed().replace(f"{site.url}/bridge", "https://other.example/bridge")
    site.faults["/feed"] = lambda _: _text(feed, "application/rss+xml")
    await sources.add(f"{site.url}/feed", name="Tarn")
    await updated(sources)
    assert "tarn:https://other.example/bridge" in [record["id"] for record in archived(sources)]


async def test_a_check_changes_nothing(sources: SourceService, site: NewsSite) -> None:
    await sources.add(f"{site.url}/feed")
    [outcome] = await sources.check()
    assert outcome.new == 3
    assert not sources.registry.archives.exists()
    assert (await updated(sources)).new == 3


async def test_sources_that_cannot_be_are_refused(sources: SourceService, site: NewsSite) -> None:
    site.faults["/data"] = lambda _: _text('{"a": 1}', "application/json")
    site.faults["/photo"] = lambda _: _text("x", "image/png")
    site.faults["/index.xml"] = lambda _: _text(
        "<sitemapindex><sitemap><loc>https://x.example/news.xml</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    await sources.add(f"{site.url}/feed")
    for address, reason in (
        (f"{site.url}/feed", "is a source already"),
        (f"{site.url}/nothing", "is not there"),
        (f"{site.url}/data", "no JSON Feed"),
        (f"{site.url}/photo", "image/png"),
        (f"{site.url}/index.xml", "such as https://x.example/news.xml"),
        (f"{site.url}/feed#top", "is a source already"),
        (f"HTTP{site.url.removeprefix('http')}/feed", "is a source already"),
        (f"{site.url}/{'x' * 2000}", "the limit is 2,000"),
        ("http://[::1", "is not a valid address"),
        ("ftp://x.example/feed", "http"),
        ("nowhere", "There is no file or folder"),
        ("x" * 300, "cannot be read"),
        ("bad\udcff", "is not in UTF-8"),
        ("", "is empty"),
    ):
        with pytest.raises(SourcesError, match=reason):
            await sources.add(address)
    with pytest.raises(SourcesError, match="interval"):
        await sources.add(f"{site.url}/sitemap.xml", every="15 s")
    with pytest.raises(SourcesError, match="name"):
        await sources.add(f"{site.url}/sitemap.xml", name="x" * 600)
    assert len(sources.registry.sources()) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<rss version='2.0'><channel><title>x</title></channel></rss>", Kind.RSS),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>', Kind.ATOM),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}', "JSON Feed"),
        ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', Kind.SITEMAP),
    ],
)
async def test_an_empty_list_is_a_healthy_source(
    sources: SourceService, site: NewsSite, body: str, kind: str
) -> None:
    site.faults["/list"] = lambda _: _text(body, "text/xml")
    found = await sources.add(f"{site.url}/list")
    assert (found.source.kind, found.articles) == (kind, 0)
    outcome = await updated(sources)
    assert (outcome.result, outcome.articles, outcome.error) == (Result.UNCHANGED, 0, "")
    [(_, status)] = sources.listed()
    assert status.failures == 0


async def test_a_list_that_loses_all_its_items_withdraws_nothing(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    stories, site.stories = site.stories, []
    outcome = await updated(sources)
    assert (outcome.withdrawn, outcome.articles) == (0, 3)
    assert "it has no items now; its 3 articles stay" in outcome.line
    site.stories = stories
    asked = len(site.requests)
    assert (await updated(sources)).result is Result.UNCHANGED
    assert len(site.requests) == asked + 1  # no page is fetched anew


async def test_many_withdrawals_at_once_need_a_second_update(
    sources: SourceService, site: NewsSite
) -> None:
    site.stories[1:1] = [Story(f"s{n}", f"Story {n} is about a ship.") for n in range(8)]
    await sources.add(f"{site.url}/feed")
    await updated(sources)
    del site.stories[1:9]
    outcome = await updated(sources)
    assert outcome.withdrawn == 0
    assert "8 pages are gone at once" in outcome.line
    assert (await updated(sources)).withdrawn == 8


def _feed_without(site: NewsSite, story: Story) -> web.Response:
    kept = [each for each in site.stories if each is not story]
    return _text(NewsSite(kept, url=site.url).feed(), "application/rss+xml")


def _text(text: str, media_type: str) -> web.Response:
    return web.Response(text=text, content_type=media_type)
