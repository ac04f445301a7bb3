"""TLS: certificates are checked, and a refusal says why."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest
import trustme

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from tests.sources.fetching.site import LIMITS, InstantClock, Names, Site, reply

AUTHORITY = trustme.CA()
NAMES = {"news.example": [["127.0.0.1"]]}


def server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def client() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


async def fetched(tls: ssl.SSLContext, clock: InstantClock, trust: ssl.SSLContext | None) -> bytes:
    async with (
        Site(tls) as site,
        Fetcher(
            LIMITS, allow_private=True, clock=clock, resolver=Names(dict(NAMES)), tls=trust
        ) as fetcher,
    ):
        site.at("/a", reply(200, b"private"))
        return (await fetcher.fetch(site.url("/a", "news.example"))).body


async def test_a_valid_certificate_is_accepted(clock: InstantClock) -> None:
    tls = server(AUTHORITY.issue_cert("news.example"))
    assert await fetched(tls, clock, client()) == b"private"


@pytest.mark.parametrize(
    ("certificate", "trust", "reason"),
    [
        (
            AUTHORITY.issue_cert("news.example", not_after=datetime(2020, 1, 1, tzinfo=UTC)),
            client(),
            "certificate has expired",
        ),
        (AUTHORITY.issue_cert("news.example"), None, "unable to get local issuer"),
        (AUTHORITY.issue_cert("other.example"), client(), "Hostname mismatch"),
    ],
    ids=["expired", "unknown", "name"],
)
async def test_a_certificate_is_refused_with_the_reason(
    clock: InstantClock,
    certificate: trustme.LeafCert,
    trust: ssl.SSLContext | None,
    reason: str,
) -> None:
    with pytest.raises(FetchError) as caught:
        await fetched(server(certificate), clock, trust)
    message = caught.value.user_message
    assert message.startswith("The TLS certificate of news.example is refused: ")
    assert reason in message
    assert caught.value.temporary


async def test_a_server_without_tls_is_reported(fetcher: Fetcher) -> None:
    def plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(200))
        writer.close()

    plain = await asyncio.start_server(plainly, "127.0.0.1", 0)
    port = plain.sockets[0].getsockname()[1]
    async with plain:
        with pytest.raises(FetchError, match="offers no usable TLS connection"):
            await fetcher.fetch(f"https://127.0.0.1:{port}/")
