"""Redirects: followed by hand, with every address checked again."""

import pytest

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import Validators
from tests.sources.fetching.site import LIMITS, InstantClock, Names, Site, redirect, reply


async def failure(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    assert not caught.value.temporary
    return caught.value.user_message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.at("/a", redirect("b?id=1#part", status))
    site.at("/b?id=1", reply(200, b"moved"))
    fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.url, fetched.body) == (site.url("/b?id=1"), b"moved")
    assert fetched.moved_to == (site.url("/b?id=1") if status in (301, 308) else "")


async def test_a_page_moved_only_as_far_as_the_redirects_are_permanent(
    site: Site, fetcher: Fetcher
) -> None:
    site.at("/a", redirect("/b", 301))
    site.at("/b", redirect("/c", 302))
    site.at("/c", redirect("/d", 301))
    site.at("/d", reply(200, b"here"))
    fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.url, fetched.moved_to) == (site.url("/d"), site.url("/b"))


async def test_validators_reach_the_page_behind_a_redirect(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", redirect("/b"))
    site.at("/b", reply(304))
    await fetcher.fetch(site.url("/a"), Validators('"1"'))
    assert site.requests[-1].headers["if-none-match"] == '"1"'


async def test_a_circle_is_named(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", redirect("/b"))
    site.at("/b", redirect("/a"))
    message = await failure(fetcher, site.url("/a"))
    assert (
        message
        == f"{site.url('/a')} redirects in a circle, at {site.url('/a')}. Check the address."
    )
    assert site.paths() == ["/a", "/b"]


async def test_a_long_chain_is_ended(site: Site, fetcher: Fetcher) -> None:
    for step in range(10):
        site.at(f"/{step}", redirect(f"/{step + 1}"))
    assert "redirects more than 5 times" in await failure(fetcher, site.url("/0"))
    assert len(site.paths()) == LIMITS.redirects + 1


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/hostname",
        "ftp://files.example/a",
        "gopher://old.example/a",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "http://user:password@news.example/",
        "http://news.example:22/",
        "http://\u00e9\u0001.example/",
    ],
)
async def test_a_redirect_to_anything_but_a_page_is_refused(
    site: Site, fetcher: Fetcher, location: str
) -> None:
    site.at("/a", redirect(location))
    message = await failure(fetcher, site.url("/a"))
    assert message.startswith(f"{site.url('/a')} redirects")
    assert "password@" not in message


async def test_a_redirect_without_a_target_is_an_error(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(302))
    assert "answered 302 (Found)" in await failure(fetcher, site.url("/a"))


async def test_a_redirect_may_lead_to_another_host(clock: InstantClock) -> None:
    names = Names({"one.example": [["127.0.0.1"]], "two.example": [["127.0.0.1"]]})
    async with (
        Site() as site,
        Fetcher(LIMITS, allow_private=True, clock=clock, resolver=names) as fetcher,
    ):
        site.at("/a", redirect(site.url("/b", "two.example")))
        site.at("/b", reply(200, b"there"))
        assert (await fetcher.fetch(site.url("/a", "one.example"))).body == b"there"
        hosts = [request.headers["host"].split(":")[0] for request in site.requests]
    assert hosts == ["one.example"] * 2 + ["two.example"] * 2  # each with its robots.txt
