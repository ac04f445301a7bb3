"""Fetches pages: checks each address, follows redirects and reports the result."""

import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.sources.fetching.addresses import EVERYWHERE, AddressGuard, Network
from bot.sources.fetching.agent import user_agent
from bot.sources.fetching.bodies import ENCODINGS
from bot.sources.fetching.clock import Clock, SystemClock
from bot.sources.fetching.errors import FetchError, RedirectError
from bot.sources.fetching.exchange import Exchange, Patience, Response
from bot.sources.fetching.failures import status_failure
from bot.sources.fetching.headers import validators_in
from bot.sources.fetching.hosts import Hosts
from bot.sources.fetching.models import (
    DEFAULT_LIMITS,
    NO_VALIDATORS,
    Fetched,
    FetchLimits,
    FetchStatus,
    Validators,
)
from bot.sources.fetching.robots import Robots
from bot.sources.fetching.urls import parse_url, shown

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.8, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})

Admit = Callable[[URL, Patience], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Trail:
    """The response at the end of redirects, and the address that the server moved the page to."""

    response: Response
    moved_to: str


class Fetcher:
    """Fetches pages from untrusted servers. Use it as an async context manager, and one of it for
    all sources: it spaces the requests to each host and remembers robots.txt files.

    It keeps no cookies and ignores the proxies and passwords of the environment. It connects only
    addresses on the public internet."""

    def __init__(
        self,
        limits: FetchLimits = DEFAULT_LIMITS,
        *,
        allow_private: bool = False,
        reachable: Iterable[str | Network] = (),
        clock: Clock | None = None,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Make a fetcher. `allow_private` switches the guard of addresses off, for tests;
        `reachable` names single networks that it admits. `tls` replaces the system's list of
        trusted certificates."""
        self._guard = AddressGuard(EVERYWHERE if allow_private else reachable)
        self._limits, self._clock = limits, clock or SystemClock()
        self._resolver, self._tls = resolver, tls
        self._session: aiohttp.ClientSession | None = None
        self._hosts = Hosts(self._limits, self._clock)
        self._robots = Robots(self._load_robots, self._hosts, self._limits, self._clock)

    async def __aenter__(self) -> Self:
        """Open the session."""
        connector = aiohttp.TCPConnector(
            limit=0,  # the exchange has its own bound, which does not count as slowness
            limit_per_host=1,
            ssl=self._tls or True,
            resolver=self._resolver or aiohttp.ThreadedResolver(),
            use_dns_cache=False,
            socket_factory=self._guard.socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={
                "User-Agent": user_agent(),
                "Accept": _ACCEPT,
                "Accept-Encoding": ENCODINGS,
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        self._exchange = Exchange(self._session, self._hosts, self._limits, self._clock)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, known: Validators = NO_VALIDATORS) -> Fetched:
        """Fetch a page, or learn that it has not changed since `known`, or that it is gone.

        The time is bounded by the limits, except for the wait behind other requests to the same
        host. Raises FetchError."""
        patience = Patience(self._limits.total_s)
        trail = await self._follow(parse_url(url), known.headers, patience, self._robots.check)
        return _fetched(trail, known)

    async def _load_robots(self, url: URL, patience: Patience) -> Response:
        return (await self._follow(url, {}, patience, _admit_all)).response

    async def _follow(
        self, url: URL, headers: Mapping[str, str], patience: Patience, admit: Admit
    ) -> _Trail:
        visited = [url]
        moved_to, is_permanent = "", True
        while True:
            await admit(url, patience)
            response = await self._exchange.get(url, headers, patience)
            target = _target(response)
            if target is None:
                return _Trail(response, moved_to)
            is_permanent = is_permanent and response.status in _PERMANENT
            moved_to = str(target) if is_permanent else moved_to
            self._check_redirect(visited, target)
            visited.append(target)
            url = target

    def _check_redirect(self, visited: list[URL], target: URL) -> None:
        if target in visited:
            raise RedirectError(
                f"{shown(visited[0])} redirects in a circle, at {shown(target)}. Check the address."
            )
        if len(visited) > self._limits.redirects:
            raise RedirectError(
                f"{shown(visited[0])} redirects more than {self._limits.redirects} times. Check "
                "the address."
            )


async def _admit_all(_: URL, __: Patience) -> None:
    """Robots.txt itself is always allowed."""


def _target(response: Response) -> URL | None:
    """Return the address that a response redirects to, None if it does not. Raises FetchError if
    that address must not be fetched."""
    location = response.headers.get("Location", "").strip()
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        return parse_url(urljoin(str(response.url), location))
    except FetchError as error:
        raise RedirectError(f"{shown(response.url)} redirects. {error}") from None
    except ValueError:  # of urljoin: brackets that enclose no IPv6 address
        raise RedirectError(
            f"{shown(response.url)} redirects to no valid address. Check the address."
        ) from None


def _fetched(trail: _Trail, known: Validators) -> Fetched:
    """Return the outcome that a response stands for. Raises FetchError if it brings no page."""
    response, final = trail.response, str(trail.response.url)
    validators = validators_in(response.headers)
    if response.status in _GONE:
        return Fetched(final, FetchStatus.GONE, moved_to=trail.moved_to)
    if response.status == 304 and known.headers:
        renewed = Validators(
            validators.etag or known.etag, validators.last_modified or known.last_modified
        )
        return Fetched(final, FetchStatus.UNCHANGED, validators=renewed, moved_to=trail.moved_to)
    if not response.is_page:
        raise status_failure(response.url, response.status)
    return Fetched(
        final,
        FetchStatus.FRESH,
        response.body,
        response.media_type,
        response.charset,
        validators,
        trail.moved_to,
    )
