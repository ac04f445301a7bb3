"""Results of a fetch, and the faults of servers that it survives or names."""

import asyncio
import gzip
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import FetchLimits, FetchStatus, Validators
from tests.sources.fetching.site import (
    LIMITS,
    InstantClock,
    Names,
    Reply,
    Script,
    Site,
    redirect,
    reply,
)

PAGE = b"<p>The harbour closed.</p>"
NEXT = "The next update tries again."


async def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    assert caught.value.temporary == caught.value.user_message.endswith(NEXT)
    return caught.value


async def test_a_page_comes_with_its_type_charset_and_validators(
    site: Site, fetcher: Fetcher
) -> None:
    headers = {"Content-Type": "Text/HTML; charset=ISO-8859-1", "ETag": 'W/"1"'}
    site.at("/a", reply(200, PAGE, **headers, Last_Modified="Sun, 01 Mar 2026 10:00:00 GMT"))
    fetched = await fetcher.fetch(site.url("/a#part"))
    assert (fetched.status, fetched.body, fetched.url) == (FetchStatus.FRESH, PAGE, site.url("/a"))
    assert (fetched.media_type, fetched.charset.lower()) == ("text/html", "iso-8859-1")
    assert fetched.validators == Validators('W/"1"', "Sun, 01 Mar 2026 10:00:00 GMT")
    assert fetched.moved_to == ""


async def test_a_page_without_headers_has_none(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", b"HTTP/1.0 200 OK\r\n\r\n" + PAGE)
    fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.body, fetched.media_type, fetched.charset) == (PAGE, "", "")
    assert fetched.validators == Validators()


async def test_a_charset_is_reported_as_the_server_names_it(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(200, "Zürich".encode(), Content_Type="text/html; charset=klingon"))
    fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.body, fetched.charset) == ("Zürich".encode(), "klingon")


async def test_the_bot_names_itself(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(200, PAGE))
    await fetcher.fetch(site.url("/a"))
    headers = site.requests[-1].headers
    assert headers["user-agent"].startswith("dealbot/")
    assert headers["accept-encoding"] == "gzip"


async def test_cookies_are_not_sent_back(site: Site, clock: InstantClock) -> None:
    """aiohttp keeps cookies for names only, never for addresses."""
    names = Names({"news.example": [["127.0.0.1"]]})
    site.at("/a", reply(200, PAGE, Set_Cookie="reader=1; Path=/"))
    async with Fetcher(LIMITS, allow_private=True, clock=clock, resolver=names) as fetcher:
        await fetcher.fetch(site.url("/a", "news.example"))
        await fetcher.fetch(site.url("/a", "news.example"))
    assert "cookie" not in site.requests[-1].headers


async def test_an_unchanged_page_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(304))
    known = Validators('"1"', "Sun, 01 Mar 2026 10:00:00 GMT")
    fetched = await fetcher.fetch(site.url("/a"), known)
    assert (fetched.status, fetched.body, fetched.validators) == (
        FetchStatus.UNCHANGED,
        b"",
        known,
    )
    headers = site.requests[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == (
        known.etag,
        known.last_modified,
    )


async def test_a_304_can_renew_a_validator(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(304, ETag='"2"'))
    fetched = await fetcher.fetch(site.url("/a"), Validators('"1"', "Sunday"))
    assert fetched.validators == Validators('"2"', "Sunday")


async def test_a_304_to_a_first_request_is_an_error(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(304))
    assert "304" in (await failure(fetcher, site.url("/a"))).user_message


async def test_validators_that_would_break_a_request_are_not_sent(
    site: Site, fetcher: Fetcher
) -> None:
    site.at("/a", reply(200, PAGE, ETag='"é"'))
    fetched = await fetcher.fetch(site.url("/a"), Validators("a\r\nX-Injected: 1", "x" * 501))
    assert fetched.validators == Validators()
    assert {"if-none-match", "if-modified-since", "x-injected"}.isdisjoint(
        site.requests[-1].headers
    )


@pytest.mark.parametrize("status", [404, 410])
async def test_a_missing_page_is_gone(site: Site, fetcher: Fetcher, status: int) -> None:
    site.at("/a", reply(status, b"Not here."))
    fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.status, fetched.body) == (FetchStatus.GONE, b"")
    assert site.paths() == ["/a"]


@pytest.mark.parametrize("status", [204, 206, 300, 401, 403, 451])
async def test_a_status_without_a_page_is_an_error(
    site: Site, fetcher: Fetcher, status: int
) -> None:
    site.at("/a?token=secret", reply(status))
    error = await failure(fetcher, site.url("/a?token=secret"))
    assert str(status) in error.user_message
    assert not error.temporary
    assert "secret" not in error.user_message


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_a_server_in_trouble_is_asked_again(
    site: Site, fetcher: Fetcher, clock: InstantClock, status: int
) -> None:
    site.at("/a", reply(status), reply(status), reply(200, PAGE))
    assert (await fetcher.fetch(site.url("/a"))).body == PAGE
    assert site.paths() == ["/a"] * 3
    assert sum(clock.waits) >= 2 * LIMITS.backoff_s


async def test_a_server_that_stays_in_trouble_is_named(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(503))
    error = await failure(fetcher, site.url("/a"))
    assert f"{site.url('/a')} answered 503 (Service Unavailable). {NEXT}" == error.user_message
    assert site.paths() == ["/a"] * LIMITS.attempts


@pytest.mark.parametrize("value", ["20", "Sun, 01 Mar 2026 00:00:20 GMT"])
async def test_a_short_pause_is_kept(
    site: Site, fetcher: Fetcher, clock: InstantClock, value: str
) -> None:
    site.at("/robots.txt", reply(404))
    site.at("/a", reply(429, Retry_After=value), reply(200, PAGE))
    assert (await fetcher.fetch(site.url("/a"))).body == PAGE
    assert clock.seconds == pytest.approx(20, abs=2 * LIMITS.host_delay_s)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_pause_ends_the_fetch_and_holds_for_the_host(
    site: Site, fetcher: Fetcher, clock: InstantClock, status: int
) -> None:
    site.at("/a", reply(status, Retry_After="3600"))
    error = await failure(fetcher, site.url("/a"))
    assert error.retry_after == timedelta(hours=1)
    assert error.temporary
    assert "60 minutes" in error.user_message
    site.at("/b", reply(200, PAGE))
    assert (await failure(fetcher, site.url("/b"))).retry_after is not None
    assert site.paths() == ["/a"]
    clock.seconds += 3600
    assert (await fetcher.fetch(site.url("/b"))).body == PAGE


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: a\r\n" * 500 + b"\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
    ids=["short", "long", "chunk", "size", "head", "number", "field", "fields", "ssh", "nothing"],
)
async def test_a_broken_response_is_requested_again(
    site: Site, fetcher: Fetcher, cut: bytes
) -> None:
    site.at("/a", cut, reply(200, PAGE))
    assert (await fetcher.fetch(site.url("/a"))).body == PAGE
    site.at("/a", cut)
    assert (await failure(fetcher, site.url("/a"))).temporary


async def _silence(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3)


async def _half(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(3)


async def _drops(writer: asyncio.StreamWriter) -> None:
    """Send a byte at a time: never idle, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(60):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("slow", "limits"),
    [
        (_silence, replace(LIMITS, idle_s=0.2, attempts=1)),
        (_half, replace(LIMITS, idle_s=0.2, attempts=1)),
        (_drops, replace(LIMITS, total_s=0.3, attempts=1)),
    ],
    ids=["silent", "half", "drops"],
)
async def test_a_slow_server_is_left(
    site: Site, clock: InstantClock, slow: Script, limits: FetchLimits
) -> None:
    site.at("/a", slow)
    async with Fetcher(limits, allow_private=True, clock=clock) as fetcher:
        error = await failure(fetcher, site.url("/a"))
    assert error.user_message == f"{site.url('/a')} did not answer in time. {NEXT}"


async def test_redirects_and_retries_share_the_time_of_a_fetch(
    site: Site, clock: InstantClock
) -> None:
    """Each response takes two seconds of five: there is no time for a third request."""

    async def slow(writer: asyncio.StreamWriter) -> None:
        clock.seconds += 2
        writer.write(reply(503))

    site.at("/robots.txt", reply(404))
    site.at("/a", slow)
    limits = replace(LIMITS, total_s=3, attempts=10, backoff_s=0, host_delay_s=0)
    async with Fetcher(limits, allow_private=True, clock=clock) as fetcher:
        await failure(fetcher, site.url("/a"))
    assert site.paths() == ["/a", "/a"]


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x" * 1_000)
        await writer.drain()


@pytest.mark.parametrize(
    "large",
    [
        reply(200, b"x" * 10_001),
        reply(200, b"", Content_Length="99999999"),
        reply(200, gzip.compress(b"x" * 10_001), Content_Encoding="gzip"),
        _endless,
    ],
    ids=["length", "promise", "gzip", "endless"],
)
async def test_a_large_page_is_refused(site: Site, fetcher: Fetcher, large: Reply) -> None:
    site.at("/a", large)
    error = await failure(fetcher, site.url("/a"))
    assert "is larger than 0.01 MB" in error.user_message
    assert site.paths() == ["/a"]


async def test_a_page_that_grows_takes_little_memory(site: Site, clock: InstantClock) -> None:
    """20 MB of zeros are 20 kB in gzip; the limit is 100 kB."""
    site.at("/a", reply(200, gzip.compress(bytes(20_000_000)), Content_Encoding="gzip"))
    limits = replace(LIMITS, most_bytes=100_000)
    async with Fetcher(limits, allow_private=True, clock=clock) as fetcher:
        tracemalloc.start()
        try:
            await failure(fetcher, site.url("/a"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 5_000_000


async def test_the_largest_allowed_page_is_read(site: Site, fetcher: Fetcher) -> None:
    page = b"x" * 10_000
    site.at("/a", reply(200, page), reply(200, gzip.compress(page), Content_Encoding="gzip"))
    assert (await fetcher.fetch(site.url("/a"))).body == page
    assert (await fetcher.fetch(site.url("/a"))).body == page


async def test_gzip_in_several_members_is_read_whole(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(200, gzip.compress(b"a") + gzip.compress(b"b"), Content_Encoding="gzip"))
    assert (await fetcher.fetch(site.url("/a"))).body == b"ab"


@pytest.mark.parametrize(
    "body",
    [b"plain", gzip.compress(PAGE)[:-9], b"\x1f\x8b\x08\x00junk"],
    ids=["plain", "cut", "junk"],
)
async def test_damaged_gzip_is_refused(site: Site, fetcher: Fetcher, body: bytes) -> None:
    site.at("/a", reply(200, body, Content_Encoding="gzip"))
    assert "not valid gzip" in (await failure(fetcher, site.url("/a"))).user_message


async def test_an_encoding_that_was_not_requested_is_refused(site: Site, fetcher: Fetcher) -> None:
    site.at("/a", reply(200, b"?", Content_Encoding="br"))
    assert "'br'" in (await failure(fetcher, site.url("/a"))).user_message


async def test_an_unknown_name_is_reported(clock: InstantClock) -> None:
    async with Fetcher(LIMITS, clock=clock, resolver=Names()) as fetcher:
        error = await failure(fetcher, "http://nowhere.example/feed")
    assert error.user_message == f"The host nowhere.example was not found. {NEXT}"


async def test_a_closed_port_is_reported(fetcher: Fetcher) -> None:
    async with Site() as site:
        url = site.url("/a")
    error = await failure(fetcher, url)
    assert error.temporary
    assert "127.0.0.1 cannot be reached" in error.user_message


async def test_proxies_of_the_environment_are_ignored(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Site() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        site.at("/a", reply(200, PAGE))
        assert (await fetcher.fetch(site.url("/a"))).body == PAGE
        assert proxy.requests == []


async def test_a_cancelled_fetch_frees_its_host(site: Site, fetcher: Fetcher) -> None:
    requested = asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        requested.set()
        await _silence(writer)

    site.at("/slow", silent)
    site.at("/a", reply(200, PAGE))
    task = asyncio.create_task(fetcher.fetch(site.url("/slow")))
    await requested.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await fetcher.fetch(site.url("/a"))).body == PAGE


async def test_a_moved_page_reports_its_new_address(site: Site, fetcher: Fetcher) -> None:
    site.at("/old", redirect("/new", 301))
    site.at("/new", reply(410))
    fetched = await fetcher.fetch(site.url("/old"))
    assert (fetched.status, fetched.moved_to) == (FetchStatus.GONE, site.url("/new"))
