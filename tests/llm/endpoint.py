"""A scripted endpoint for chat completions."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fake_discord.changes import Changes


@dataclass(slots=True)
class Received:
    """A request as it came. `left`: the client hung up before the answer was complete."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    released: asyncio.Event = field(repr=False)
    left: bool = False

    @property
    def key(self) -> str:
        """The API key without the scheme; empty if the request has none."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def counts(self) -> bool:
        """True if the stream must end with the token usage."""
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    def said_by(self, role: str) -> str:
        """Return the messages of a role, joined by newlines."""
        messages = [each for each in self.body["messages"] if each["role"] == role]
        return "\n".join(each["content"] for each in messages)


# An act answers a request or cuts its connection.
Act = Callable[[web.Request, Received], Awaitable[web.StreamResponse]]


class ScriptedEndpoint:
    """The scripted endpoint; it runs inside `async with`. `url` is the base URL for clients."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self._next: deque[Act] = deque()
        self._usual: Act | None = None
        self._released = asyncio.Event()
        self._changes = Changes()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def plays(self, *acts: Act) -> None:
        """Use these acts for the next requests, one each."""
        self._next.extend(acts)

    def always(self, act: Act) -> None:
        """Use this act for requests when no other is left."""
        self._usual = act

    def release(self) -> None:
        """Release everything that waits, now and later."""
        self._released.set()

    async def asked(self, times: int) -> None:
        await self._changes.until(lambda: len(self.requests) >= times, f"{times} requests")

    async def left(self, times: int) -> None:
        """Wait until this many clients have hung up."""
        await self._changes.until(lambda: self._left() >= times, f"{times} clients that leave")

    def _left(self) -> int:
        return sum(each.left for each in self.requests)

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        await self.go_down()

    async def come_up(self) -> None:
        app = web.Application(client_max_size=8 << 20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # handlers notice a client that hangs up; clients still connected at shutdown are cut
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.01, access_log=None
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def go_down(self) -> None:
        """Refuse new connections until `come_up`, which uses the same port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        received = Received(request.path, dict(request.headers), body, self._released)
        self.requests.append(received)
        self._changes.tell()
        act = self._next.popleft() if self._next else self._usual
        assert act is not None, "a request that nothing was planned for"
        try:
            return await act(request, received)
        except (asyncio.CancelledError, ConnectionError):
            received.left = True
            raise
        finally:
            self._changes.tell()
