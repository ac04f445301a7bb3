"""Pages of a bot over a real store, index and service, served on a port of their own."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import open_service
from bot.config.settings import Settings
from bot.insights.service import InsightsService
from bot.monitoring.degradations import Degradations
from bot.monitoring.gateway import Gateway
from bot.monitoring.gauges import Watched
from bot.monitoring.http import serve
from bot.monitoring.metrics import Metrics
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.registry import Registry
from bot.sources.service import SourceService
from bot.store import Store, StoredReceipt
from bot.web.pages import page_routes
from bot.web.state import BotState
from index.generations.live import LiveIndex


@dataclass
class Served:
    """The pages, and the parts of the bot behind them."""

    port: int
    routes: Sequence[web.RouteDef]
    session: aiohttp.ClientSession
    store: Store
    degraded: Degradations
    gateway: Gateway
    registry: Registry

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        response = await self.response(path, **headers)
        return response.status, await response.text()

    async def response(
        self, path: str, method: str = "GET", **headers: str
    ) -> aiohttp.ClientResponse:
        address = f"http://127.0.0.1:{self.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.session.request(method, address, headers=named)

    async def add(self, *receipts: StoredReceipt) -> None:
        for receipt in receipts:
            await self.store.receipts.add(receipt)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator["Served"]:
        """Serve the pages on another port without the bot's own checks of that port."""
        app = web.Application()
        app.add_routes(self.routes)
        async with TestServer(app) as server:
            assert server.port is not None  # set by its start
            yield replace(self, port=server.port)


OpenPages = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture(scope="session")
def harbour(three_generations: Path, encoder_home: Path) -> LiveIndex:
    return LiveIndex(three_generations, encoder_home)


@pytest.fixture
def opened(tmp_path: Path, harbour: LiveIndex) -> OpenPages:
    """Return a function that serves the pages with the given settings."""

    @asynccontextmanager
    async def open_pages(**given: object) -> AsyncIterator[Served]:
        settings = Settings.model_validate(
            {"store": tmp_path / "store.sqlite3", "sources": tmp_path / "sources", **given}
        )
        degraded = Degradations()
        gateway = Gateway(degraded)
        async with (
            Store.open(settings.store, keep_questions=settings.keep_questions) as store,
            open_service(settings, harbour) as service,
            Fetcher(allow_private=True) as fetcher,
            aiohttp.ClientSession() as session,
        ):
            sources = SourceService(settings, fetcher, _no_build)
            insights = InsightsService(store, harbour, people=settings.insights_people)
            people = settings.insights_people
            state = BotState(service, harbour, degraded, gateway, store, sources, insights, people)
            watched = Watched(service, harbour, degraded, gateway)
            routes = page_routes(settings, state)
            host = "127.0.0.1"
            async with serve(watched, Metrics(), host, 0, routes, settings.web_hosts) as port:
                yield Served(port, routes, session, store, degraded, gateway, sources.registry)
        gateway.close()

    return open_pages


async def _no_build() -> str:
    raise AssertionError("a page builds no index")


@pytest.fixture
async def served(opened: OpenPages) -> AsyncIterator[Served]:
    async with opened(keep_questions=True) as served:
        yield served
