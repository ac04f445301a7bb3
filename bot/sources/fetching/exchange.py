"""One request and its response, with retries."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_exponential_jitter,
)
from yarl import URL

from bot.sources.fetching.bodies import read_body
from bot.sources.fetching.clock import Clock
from bot.sources.fetching.errors import TransientError
from bot.sources.fetching.failures import is_transient, network_failure, status_failure
from bot.sources.fetching.headers import retry_after
from bot.sources.fetching.hosts import Hosts, paused
from bot.sources.fetching.models import FetchLimits

_OK = frozenset({200, 203})


@dataclass(frozen=True, slots=True)
class Response:
    """A response of a server; `body` is empty unless the status is 200 or 203."""

    url: URL
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    media_type: str = ""
    charset: str = ""

    @property
    def is_page(self) -> bool:
        """True if the response brings the page."""
        return self.status in _OK


@dataclass(slots=True)
class Patience:
    """Seconds that the requests of one fetch may still take."""

    left_s: float

    def ends_at(self, state: RetryCallState, attempts: int) -> bool:
        """Check whether a failed attempt is the last one."""
        return state.attempt_number >= attempts or self.left_s <= 0


class Exchange:
    """Sends requests through one session, politely."""

    def __init__(
        self, session: aiohttp.ClientSession, hosts: Hosts, limits: FetchLimits, clock: Clock
    ) -> None:
        self._session, self._hosts, self._limits, self._clock = session, hosts, limits, clock
        self._slots = asyncio.Semaphore(limits.connections)

    async def get(self, url: URL, headers: Mapping[str, str], patience: Patience) -> Response:
        """Request an address without following redirects. Repeat the request after a transient
        failure. Raises FetchError."""
        trying = AsyncRetrying(
            stop=lambda state: patience.ends_at(state, self._limits.attempts),
            wait=wait_exponential_jitter(
                multiplier=self._limits.backoff_s,
                max=self._limits.longest_backoff_s,
                jitter=self._limits.backoff_s,
            ),
            retry=retry_if_exception_type(TransientError),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return await trying(self._once, url, headers, patience)

    async def _once(self, url: URL, headers: Mapping[str, str], patience: Patience) -> Response:
        host = url.raw_host or ""
        async with self._hosts.turn(host), self._slots:
            with self._timed(patience):
                response = await self._exchanged(url, headers, patience.left_s)
        if is_transient(response.status):
            self._heed(host, retry_after(response.headers, self._clock.now()))
            raise status_failure(url, response.status)
        return response

    @contextmanager
    def _timed(self, patience: Patience) -> Iterator[None]:
        started = self._clock.monotonic()
        try:
            yield
        finally:
            patience.left_s -= self._clock.monotonic() - started

    async def _exchanged(self, url: URL, headers: Mapping[str, str], left_s: float) -> Response:
        timeout = aiohttp.ClientTimeout(
            total=max(left_s, 0.001),  # aiohttp takes 0 for no limit
            sock_connect=self._limits.connect_s,
            sock_read=self._limits.idle_s,
        )
        try:
            async with self._session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                is_page = response.status in _OK
                body = await read_body(response, self._limits.most_bytes) if is_page else b""
                return Response(
                    url,
                    response.status,
                    response.headers,
                    body,
                    response.content_type if "Content-Type" in response.headers else "",
                    response.charset or "",
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise network_failure(url, error) from error

    def _heed(self, host: str, pause: timedelta | None) -> None:
        """Keep the pause that a server asks for. Raises FetchError if it is too long."""
        if pause is None:
            return
        self._hosts.close(host, pause)
        if pause.total_seconds() > self._limits.longest_pause_s:
            raise paused(host, pause)
