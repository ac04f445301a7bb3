"""robots.txt: what it forbids, how long it holds, and what its absence means."""

import tracemalloc

import pytest

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from tests.sources.fetching.site import LIMITS, InstantClock, Site, redirect, reply

RULES = b"""\xef\xbb\xbfUser-agent: dealbot
Disallow: /private # and below
Disallow: /*.pdf$
Crawl-delay: 4

User-agent: other
Disallow: /

User-agent: *
Disallow: /
"""


def robots(*lines: str) -> bytes:
    return reply(200, "\n".join(lines).encode())


async def is_allowed(fetcher: Fetcher, url: str) -> bool:
    try:
        await fetcher.fetch(url)
    except FetchError as error:
        if error.temporary or "robots.txt forbids it" not in error.user_message:
            raise
        return False
    return True


async def test_only_what_the_rules_allow_is_requested(site: Site, fetcher: Fetcher) -> None:
    site.at("/robots.txt", reply(200, RULES))
    allowed = [
        path
        for path in ("/news", "/private/a", "/report.pdf", "/report.pdf?page=1", "/")
        if await is_allowed(fetcher, site.url(path))
    ]
    assert allowed == site.paths() == ["/news", "/report.pdf?page=1", "/"]
    assert [request.path for request in site.requests].count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("agent", "allowed"),
    [
        ("*", False),
        ("DealBot", False),
        ("dealbot*", False),
        ("deal", False),
        ("other", True),
        ("bot", True),
        ("notdealbot", True),
    ],
)
async def test_rules_are_for_the_programs_they_name(
    site: Site, fetcher: Fetcher, agent: str, allowed: bool
) -> None:
    site.at("/robots.txt", robots(f"User-agent: {agent}", "Disallow: /"))
    assert await is_allowed(fetcher, site.url("/a")) == allowed


async def test_a_group_of_programs_shares_its_rules(site: Site, fetcher: Fetcher) -> None:
    lines = ["User-agent: a", "User-agent: dealbot", "User-agent: b", "Disallow: /x"]
    site.at("/robots.txt", robots(*lines, "", "User-agent: c", "Disallow: /"))
    assert await is_allowed(fetcher, site.url("/a"))
    assert not await is_allowed(fetcher, site.url("/x"))


async def test_a_redirect_into_a_forbidden_part_is_not_followed(
    site: Site, fetcher: Fetcher
) -> None:
    site.at("/robots.txt", robots("User-agent: *", "Disallow: /private"))
    site.at("/a", redirect("/private"))
    assert not await is_allowed(fetcher, site.url("/a"))
    assert site.paths() == ["/a"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_without_a_file_everything_is_allowed(
    site: Site, fetcher: Fetcher, status: int
) -> None:
    site.at("/robots.txt", reply(status, b"User-agent: *\nDisallow: /"))
    assert await is_allowed(fetcher, site.url("/a"))


async def test_a_file_behind_endless_redirects_counts_as_absent(
    site: Site, fetcher: Fetcher
) -> None:
    site.at("/robots.txt", redirect("/robots.txt"))
    assert await is_allowed(fetcher, site.url("/a"))


async def test_a_file_may_have_moved(site: Site, fetcher: Fetcher) -> None:
    site.at("/robots.txt", redirect("/rules"))
    site.at("/rules", robots("User-agent: *", "Disallow: /"))
    assert not await is_allowed(fetcher, site.url("/a"))


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_file_that_cannot_be_read_now_forbids_all_for_a_while(
    site: Site, fetcher: Fetcher, clock: InstantClock, status: int
) -> None:
    site.at("/robots.txt", reply(status))
    site.at("/a", reply(200, b"news"))
    for _ in range(3):
        with pytest.raises(FetchError, match=f"robots.txt answered {status}") as caught:
            await fetcher.fetch(site.url("/a"))
        assert caught.value.temporary
    assert len(site.requests) == LIMITS.attempts
    site.at("/robots.txt", reply(404))
    clock.seconds += LIMITS.robots_failure_s
    assert (await fetcher.fetch(site.url("/a"))).body == b"news"


async def test_a_file_that_fails_once_is_read_again(site: Site, fetcher: Fetcher) -> None:
    site.at("/robots.txt", reply(503), reply(404))
    assert await is_allowed(fetcher, site.url("/a"))


async def test_rules_are_read_again_after_a_day(
    site: Site, fetcher: Fetcher, clock: InstantClock
) -> None:
    site.at("/robots.txt", reply(404), robots("User-agent: *", "Disallow: /"))
    assert await is_allowed(fetcher, site.url("/a"))
    assert await is_allowed(fetcher, site.url("/a"))
    clock.seconds += LIMITS.robots_s
    assert not await is_allowed(fetcher, site.url("/a"))


async def test_a_file_with_many_programs_takes_little_memory(
    site: Site, clock: InstantClock
) -> None:
    """Protego keeps a rule for every program above it: 30 MB for this file of 20 kB."""
    agents = [f"User-agent: a{number}" for number in range(300)]
    agents += [f"user agent a*{number}" for number in range(300)]
    rules = [f"Disallow: /{number}" for number in range(600)]
    site.at("/robots.txt", robots(*agents, *rules, "User-agent: *", "Disallow: /a"))
    async with Fetcher(allow_private=True, clock=clock) as fetcher:
        tracemalloc.start()
        try:
            assert await is_allowed(fetcher, site.url("/1"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert not await is_allowed(fetcher, site.url("/a"))
    assert peak < 5_000_000


async def test_junk_forbids_nothing(site: Site, fetcher: Fetcher) -> None:
    site.at("/robots.txt", reply(200, b"<html>\xff\x00<title>User-agent</title>"))
    assert await is_allowed(fetcher, site.url("/a"))
