"""The rules that sites set for programs in robots.txt (RFC 9309)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from protego import Protego
from yarl import URL

from bot.sources.fetching.agent import TOKEN
from bot.sources.fetching.clock import Clock
from bot.sources.fetching.errors import FetchError, RedirectError
from bot.sources.fetching.exchange import Patience, Response
from bot.sources.fetching.failures import status_failure
from bot.sources.fetching.hosts import Hosts
from bot.sources.fetching.models import FetchLimits
from bot.sources.fetching.urls import shown

_MOST_CHARS = 512 * 1024  # the RFC lets a reader ignore the rest
_MOST_SITES = 1_000
_AGENT_LINE = re.compile(r"\s*(?:user-agent|useragent|user\s+agent)(?:\s*:|\s)([^#]*)", re.I)

Load = Callable[[URL, Patience], Awaitable[Response]]


@dataclass(slots=True)
class _Site:
    """Rules of a site, or the reason why they are unknown."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Protego | None = None
    failure: FetchError | None = None
    valid_until: float = float("-inf")  # monotonic seconds


class Robots:
    """Rules of the sites that were contacted. Each file is read once a day."""

    def __init__(self, load: Load, hosts: Hosts, limits: FetchLimits, clock: Clock) -> None:
        """Make an empty cache; `load` requests a file and follows redirects."""
        self._load, self._hosts, self._limits, self._clock = load, hosts, limits, clock
        self._sites: dict[URL, _Site] = {}

    async def check(self, url: URL, patience: Patience) -> None:
        """Check that the site allows an address. Raises FetchError if it does not, or if its rules
        cannot be read for now."""
        site = self._site(url.origin())
        async with site.lock:
            if site.valid_until <= self._clock.monotonic():
                await self._read(site, url.origin() / "robots.txt", patience)
        if site.failure:
            raise site.failure.with_traceback(None)
        if site.rules is None:
            return
        if not site.rules.can_fetch(str(url), TOKEN):
            raise FetchError(
                f"{shown(url)} may not be fetched: the site's robots.txt forbids it. Use another "
                "address, or ask the publisher.",
                temporary=False,
            )
        self._hosts.slow_down(url.raw_host or "", site.rules.crawl_delay(TOKEN) or 0.0)

    async def _read(self, site: _Site, address: URL, patience: Patience) -> None:
        site.rules = site.failure = None
        lifetime_s = self._limits.robots_s
        try:
            site.rules = await self._rules(address, patience)
        except FetchError as error:
            site.failure, lifetime_s = error, self._limits.robots_failure_s
        site.valid_until = self._clock.monotonic() + lifetime_s

    async def _rules(self, address: URL, patience: Patience) -> Protego | None:
        """Read the rules. None allows everything: the RFC says so for a file that does not exist,
        may not be read, or is behind too many redirects."""
        try:
            response = await self._load(address, patience)
        except RedirectError:
            return None
        if response.is_page:
            return await asyncio.to_thread(_parsed, response.body)
        if 400 <= response.status < 500:
            return None
        raise status_failure(address, response.status)

    def _site(self, origin: URL) -> _Site:
        if origin not in self._sites and len(self._sites) >= _MOST_SITES:
            for known in [known for known, site in self._sites.items() if not site.lock.locked()]:
                del self._sites[known]
        return self._sites.setdefault(origin, _Site())


def _parsed(body: bytes) -> Protego:
    text = body.decode("utf-8-sig", "replace")[:_MOST_CHARS]
    return Protego.parse("\n".join(map(_without_others, text.splitlines())))


def _without_others(line: str) -> str:
    """Give all other programs one name. Protego keeps each rule once for every program that it
    applies to: 33 kB with 1,000 programs and 1,000 rules take it 1.4 s and 80 MB, and twice the
    file four times as much."""
    match = _AGENT_LINE.match(line)
    if not match:
        return line
    name = match[1].strip().lower()
    own = name == "*" or name.replace("*", "") in TOKEN
    return f"User-agent: {name.replace('*', '') or '*' if own else 'other'}"
