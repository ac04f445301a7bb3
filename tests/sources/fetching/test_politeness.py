"""Politeness: one request at a time to a host, with a pause between two."""

import asyncio
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.hosts import Hosts
from tests.sources.fetching.site import LIMITS, InstantClock, Names, Site, reply


async def test_requests_to_a_host_keep_their_distance(
    site: Site, fetcher: Fetcher, clock: InstantClock
) -> None:
    times: list[float] = []

    async def noted(writer: asyncio.StreamWriter) -> None:
        times.append(clock.seconds)
        writer.write(reply(200))

    site.at("/robots.txt", noted)
    for number in range(4):
        site.at(f"/{number}", noted)
    await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(4)))
    gaps = [after - before for before, after in pairwise(times)]
    assert len(times) == 5
    assert min(gaps) >= LIMITS.host_delay_s
    assert site.paths() == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(("asked", "kept"), [("4", 4.0), ("0.1", 1.0), ("3600", 10.0), ("x", 1.0)])
async def test_a_crawl_delay_is_kept_up_to_a_cap(
    site: Site, fetcher: Fetcher, clock: InstantClock, asked: str, kept: float
) -> None:
    site.at("/robots.txt", reply(200, f"User-agent: *\nCrawl-delay: {asked}".encode()))
    await fetcher.fetch(site.url("/a"))
    before = clock.seconds
    await fetcher.fetch(site.url("/b"))
    assert clock.seconds - before == pytest.approx(kept)


async def test_two_hosts_are_served_side_by_side(clock: InstantClock) -> None:
    """Each response waits for the other request, so one after the other would never end."""
    names = Names({"one.example": [["127.0.0.1"]], "two.example": [["127.0.0.1"]]})
    both = asyncio.Barrier(2)

    async def meeting(writer: asyncio.StreamWriter) -> None:
        await both.wait()
        writer.write(reply(200, b"met"))

    async with (
        Site() as site,
        Fetcher(LIMITS, allow_private=True, clock=clock, resolver=names) as fetcher,
    ):
        site.at("/a", meeting)
        urls = [site.url("/a", host) for host in names.known]
        assert [f.body for f in await asyncio.gather(*map(fetcher.fetch, urls))] == [b"met"] * 2


async def test_only_some_requests_run_at_a_time(clock: InstantClock) -> None:
    names = Names({f"{number}.example": [["127.0.0.1"]] for number in range(9)})
    busy = most = 0

    async def counted(writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        writer.write(reply(200))
        busy -= 1

    async with (
        Site() as site,
        Fetcher(LIMITS, allow_private=True, clock=clock, resolver=names) as fetcher,
    ):
        site.at("/a", counted)
        await asyncio.gather(*(fetcher.fetch(site.url("/a", host)) for host in names.known))
    assert 1 < most <= LIMITS.connections


async def test_one_host_gets_one_request_at_a_time(site: Site, fetcher: Fetcher) -> None:
    busy = most = 0

    async def counted(writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.01)
        writer.write(reply(200))
        busy -= 1

    for number in range(5):
        site.at(f"/{number}", counted)
    await asyncio.gather(*(fetcher.fetch(site.url(f"/{number}")) for number in range(5)))
    assert (len(site.paths()), most) == (5, 1)


async def test_waits_do_not_use_up_the_time_of_a_fetch(clock: InstantClock) -> None:
    limits = replace(LIMITS, total_s=1, host_delay_s=60)
    async with Site() as site, Fetcher(limits, allow_private=True, clock=clock) as fetcher:
        site.at("/a", reply(200, b"patient"))
        for _ in range(3):
            assert (await fetcher.fetch(site.url("/a"))).body == b"patient"


async def test_the_clock_of_the_machine_waits(site: Site) -> None:
    limits = replace(LIMITS, host_delay_s=0.05)
    async with Fetcher(limits, allow_private=True) as fetcher:
        site.at("/a", reply(200, b"later"))
        started = time.monotonic()
        for _ in range(2):
            assert (await fetcher.fetch(site.url("/a"))).body == b"later"
    assert time.monotonic() - started >= 0.09


async def test_hosts_that_are_free_are_forgotten(clock: InstantClock) -> None:
    hosts = Hosts(LIMITS, clock)
    for number in range(5_000):
        async with hosts.turn(f"{number}.example"):
            clock.seconds += 2 * LIMITS.host_delay_s
    assert len(hosts) <= 1_000
