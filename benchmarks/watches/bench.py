"""A watcher over a real service, store and index, without Discord."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.serving.service import AnswerService
from bot.store import Store
from bot.store.watches import StoredWatch
from bot.watches.watcher import Watcher, WatchLimits, WatchRequest
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress

_WATCHER = 1


@dataclass(slots=True)
class Bench:
    """The parts of a bot that watch questions."""

    articles: Path
    settings: Settings
    encoder: Encoder
    live: LiveIndex
    service: AnswerService
    store: Store
    watcher: Watcher
    ask_s: float = 0.0

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, encoder: Encoder, home: Path) -> AsyncIterator["Bench"]:
        """Open the parts over the articles in `folder`/articles."""
        articles = folder / "articles"
        settings = Settings(
            articles=(articles,),
            index=folder / "index",
            encoders=home,
            store=folder / "store.sqlite",
        )
        build_index([articles], settings.index, encoder, NoProgress())
        live = open_live_index(settings)
        limits = WatchLimits(1_000, 1_000)
        async with Store.open(settings.store) as store, open_service(settings, live) as service:
            watcher = Watcher(live, service, store, limits)
            yield cls(articles, settings, encoder, live, service, store, watcher)

    async def watch(self, question: str) -> StoredWatch:
        return await self.watcher.add(WatchRequest(question, _WATCHER, None, None))

    async def publish(self) -> list[StoredWatch]:
        """Publish the articles as they are now, and return the messages to send."""
        build_index([self.articles], self.settings.index, self.encoder, NoProgress())
        self.live.reload()
        began = time.perf_counter()
        await self.watcher.ask_again()
        self.ask_s += time.perf_counter() - began
        left = await self.store.watches.due(self.live.current.generation.id)
        assert not left, "every watch was asked again"
        return await self.store.watches.outgoing()

    async def send(self, watches: list[StoredWatch]) -> None:
        """Record the messages as sent."""
        for number, watch in enumerate(watches):
            name = f"{watch.generation}-{number}"
            await self.store.watches.begin([watch.id], name)
            await self.store.watches.sent(name)
