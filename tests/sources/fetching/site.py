"""A server on loopback whose responses are scripted to the byte, and what tests need around it."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.sources.fetching.models import FetchLimits

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Script

LIMITS = FetchLimits(total_s=5, most_bytes=10_000, connect_s=2, idle_s=2)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server saw it; `headers` have names in lower case."""

    path: str
    headers: Mapping[str, str]


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """Make a response with a correct length; `ETag="x"` adds a header, `_` stands for `-`."""
    named = {"Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    """Make a redirect."""
    return reply(status, Location=location)


class Site:
    """The server. A path gives its replies in order, and the last one from then on; other paths
    give 404."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls, self._replies = tls, dict[str, list[Reply]]()
        self.requests: list[Request] = []
        self._serving: set[asyncio.Task[None]] = set()

    def at(self, path: str, *replies: Reply) -> None:
        """Script the replies of a path."""
        self._replies[path] = list(replies)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return the requested paths in order, without /robots.txt."""
        return [each.path for each in self.requests if each.path != "/robots.txt"]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._exchange(reader, writer))
        self._serving.add(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            fields = dict(line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in fields.items()}
            path = head[0].split(" ")[1]
            self.requests.append(Request(path, headers))
            await self._answer(path, writer)

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        replies = self._replies.get(path, [reply(404)])
        chosen = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(chosen, bytes):
            writer.write(chosen)
            await writer.drain()
        else:
            await chosen(writer)


class InstantClock:
    """A clock that waits in no time and remembers the waits."""

    def __init__(self) -> None:
        self.seconds, self.waits = 0.0, list[float]()

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Names(AbstractResolver):
    """A resolver of scripted names: each look-up takes the next list of addresses, and the last
    one from then on. Other names do not exist."""

    known: dict[str, list[list[str]]] = field(default_factory=dict)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self.known:
            raise OSError(None, "no such name")
        lists = self.known[host]
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Keep nothing open."""
