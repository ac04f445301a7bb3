"""HTTP pages `/metrics`, `/healthz` and `/readyz`, for Prometheus and for a supervisor that
restarts a hung bot."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.monitoring.degradations import Part
from bot.monitoring.gauges import Gauges, Watched
from bot.monitoring.host_names import is_this_machine, leads_here
from bot.monitoring.loop_lag import measured_lag
from bot.monitoring.metrics import CONTENT_TYPE, Metrics

# The longest batch takes one or two seconds, during a rebuild: a batch of this age hangs.
_STALLED_S = 60.0
_FRESH_S = 1.0  # seconds for which the page is cached
# A client that sends or reads slowly must not use up the bot: seconds and number of connections.
_LONGEST_S = 10.0
_MOST_CONNECTIONS = 32

_log = logging.getLogger(__name__)


class MonitoringPages:
    """Handlers of the three pages."""

    def __init__(self, watched: Watched, metrics: Metrics) -> None:
        self._watched, self._metrics = watched, metrics
        self._page, self._made = b"", -_FRESH_S
        metrics.registry.register(Gauges(watched))

    @property
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/metrics", self._metrics_page),
            web.get("/healthz", self._health),
            web.get("/readyz", self._readiness),
        ]

    async def _metrics_page(self, _: web.Request) -> web.Response:
        if time.monotonic() - self._made >= _FRESH_S:
            self._page, self._made = self._metrics.page(), time.monotonic()
        return web.Response(body=self._page, headers={"Content-Type": CONTENT_TYPE})

    async def _health(self, _: web.Request) -> web.Response:
        """Answer 200 while batches finish, 503 once one hangs; then only a restart helps."""
        stalled_s = self._watched.service.stalled_s
        healthy = stalled_s < _STALLED_S
        told: dict[str, object] = {"healthy": healthy}
        if not healthy:
            told["stalled_s"] = str(stalled_s)
        if self._watched.gateway.shards is not None:
            told |= {"shards": self._watched.gateway.shards, "leader": self._watched.gateway.leads}
        return web.json_response(told, status=200 if healthy else 503)

    async def _readiness(self, _: web.Request) -> web.Response:
        """Answer 200 while Discord is connected or no shard is held, else 503. List the degraded
        parts; they do not affect the status."""
        ready = self._watched.gateway.ready
        degraded = [
            {"part": each.part, "message": each.message, "since": each.since.isoformat()}
            for each in self._watched.degraded.current
        ]
        told = {
            "ready": ready,
            "generation": self._watched.live.current.generation.id,
            "degraded": degraded,
        }
        return web.json_response(told, status=200 if ready else 503)


@asynccontextmanager
async def serve(
    watched: Watched,
    metrics: Metrics,
    host: str,
    port: int,
    more: Sequence[web.RouteDef] = (),
    hosts: Collection[str] = (),
) -> AsyncIterator[int]:
    """Serve the pages and the routes `more` inside the block and yield the port; with `port` 0 the
    system chooses it. If the address is unavailable, mark the metrics as degraded, yield 0 and go
    on without pages. On loopback only requests for a name of this machine or of `hosts` are
    answered."""
    local = is_this_machine(host)
    app = web.Application(middlewares=[_only_by_names_of_this_machine(hosts)] if local else [])
    app.add_routes([*MonitoringPages(watched, metrics).routes, *more])
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=_LONGEST_S, shutdown_timeout=1)
    await runner.setup()
    server = None
    try:
        assert runner.server is not None  # set by setup()
        try:
            server = await asyncio.get_running_loop().create_server(
                _BoundedConnections(runner.server), host, port
            )
        except OSError as error:
            watched.degraded.set(
                Part.METRICS, f"{host}:{port} cannot be served: {error.strerror or error}"
            )
        async with measured_lag(metrics.lagged):
            yield server.sockets[0].getsockname()[1] if server else 0
    finally:
        if server:
            server.close()
        await runner.cleanup()


def _only_by_names_of_this_machine(hosts: Collection[str]) -> Middleware:
    """Make a middleware that refuses requests for another host name than one of this machine or of
    `hosts` with a 421, against DNS rebinding."""

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        # HTTP/1.0 needs no Host header, and a browser always sends one.
        if not leads_here(request.headers.get("Host", "localhost"), hosts):
            raise web.HTTPMisdirectedRequest
        return await handler(request)

    return check


class _BoundedConnections:
    """Factory of connection protocols: at most 32 connections at once, each aborted after 10
    seconds."""

    def __init__(self, server: web.Server) -> None:
        self._server = server

    def __call__(self) -> asyncio.BaseProtocol:
        if len(self._server.connections) >= _MOST_CONNECTIONS:
            return _TurnedAway()
        protocol = self._server()
        asyncio.get_running_loop().call_later(_LONGEST_S, _end, protocol)
        return protocol


class _TurnedAway(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def _end(protocol: web.RequestHandler) -> None:
    if protocol.transport is not None:
        protocol.transport.abort()
