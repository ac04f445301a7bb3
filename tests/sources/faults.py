"""Faults of servers: each answers in place of a feed."""

import asyncio

from aiohttp import web

from tests.sources.news_server import Respond

XML = "application/rss+xml"


def _cut(_: web.Request) -> web.Response:
    return web.Response(body=b"<rss>", headers={"Content-Length": "5000"})


async def _slow(_: web.Request) -> web.Response:
    await asyncio.sleep(30)  # longer than any limit of the tests
    return web.Response(text="<rss/>", content_type=XML)


FAULTS: dict[str, Respond] = {
    "slow": _slow,
    "gone": lambda _: web.Response(status=410),
    "missing": lambda _: web.Response(status=404),
    "forbidden": lambda _: web.Response(status=403),
    "too many": lambda _: web.Response(status=429),
    "broken": lambda _: web.Response(status=500),
    "wrong length": _cut,
    "loop": lambda request: web.Response(status=302, headers={"Location": request.path}),
    "not a feed": lambda _: web.Response(text="<p>Please accept our cookies.</p>"),
    "not text": lambda _: web.Response(body=b"\x00\x01\x02" * 99, content_type=XML),
    "empty": lambda _: web.Response(body=b"", content_type=XML),
    "cut": lambda _: web.Response(text="<rss><channel><title>x</ti", content_type=XML),
    "entities": lambda _: web.Response(
        text='<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
        content_type=XML,
    ),
}
