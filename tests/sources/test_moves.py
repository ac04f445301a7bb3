"""Sources that their server moves for good."""

from aiohttp import web

from bot.sources.outcome import Result
from bot.sources.service import SourceService
from tests.sources.conftest import BRIDGE, archived, updated
from tests.sources.news_server import NewsSite, Story, page


def _move(site: NewsSite, path: str, to: str, status: int = 301) -> None:
    site.faults[path] = lambda _: web.Response(status=status, headers={"Location": to})


async def test_a_permanent_move_is_followed_once_it_is_confirmed(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    site.faults["/new"] = lambda _: web.Response(
        text=site.feed(), content_type="application/rss+xml"
    )
    _move(site, "/feed", "/new")
    first = await updated(sources)
    assert first.notes == (
        f"it has moved to {site.url}/new; followed if the next update confirms it",
    )
    assert sources.registry.find("tarn").address == f"{site.url}/feed"
    second = await updated(sources)
    assert second.notes == (f"it has moved to {site.url}/new, its address from now on",)
    assert sources.registry.find("tarn").address == f"{site.url}/new"
    asked = len(site.asked("/feed"))
    third = await updated(sources)
    assert (third.result, third.notes) == (Result.UNCHANGED, ())
    assert len(site.asked("/feed")) == asked


async def test_a_move_that_is_taken_back_is_not_followed(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    site.faults["/new"] = lambda _: web.Response(
        text=site.feed(), content_type="application/rss+xml"
    )
    for _ in range(2):
        _move(site, "/feed", "/new")
        await updated(sources)
        del site.faults["/feed"]
        await updated(sources)
    assert sources.registry.find("tarn").address == f"{site.url}/feed"


async def test_a_temporary_redirect_is_no_move(sources: SourceService, site: NewsSite) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    site.faults["/new"] = lambda _: web.Response(
        text=site.feed(), content_type="application/rss+xml"
    )
    _move(site, "/feed", "/new", status=302)
    for _ in range(3):
        assert (await updated(sources)).notes == ()
    assert sources.registry.find("tarn").address == f"{site.url}/feed"


async def test_a_move_to_another_source_is_named_and_not_followed(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await sources.add(f"{site.url}/sitemap.xml", name="map")
    _move(site, "/feed", "/sitemap.xml")
    for _ in range(2):
        [outcome, _] = (await sources.update()).sources
    assert "is a source already: map" in outcome.line
    assert sources.registry.find("tarn").address == f"{site.url}/feed"


async def test_articles_keep_their_ids_when_their_source_moves(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/bridge", name="bridge")
    await updated(sources)
    site.faults["/span"] = lambda _: web.Response(
        text=page(Story("bridge", BRIDGE.replace("12.5", "14.5"))), content_type="text/html"
    )
    _move(site, "/bridge", "/span", status=308)
    for _ in range(3):
        await updated(sources)
    assert sources.registry.find("bridge").address == f"{site.url}/span"
    assert [record["id"] for record in archived(sources)] == [f"{site.url}/bridge"] * 2
