"""What the bot works with, opened from the settings and closed in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.app import open_live_index, open_service
from bot.asking import Desk
from bot.limits import Limiter, Limits
from bot.rebuilding import Rebuilder
from bot.settings import Settings
from bot.store import Store
from index.live import LiveIndex

_REFUSALS = Limits(per_user="1/minute")


@dataclass(frozen=True, slots=True)
class Office:
    """What the commands, buttons and messages reach. `refusals` limits how often somebody is told
    by direct message that something was refused."""

    desk: Desk
    store: Store
    live: LiveIndex
    rebuilder: Rebuilder
    refusals: Limiter
    settings: Settings


@asynccontextmanager
async def open_office(settings: Settings) -> AsyncIterator[Office]:
    """The index, the store, which no other process may have open to answer, and the service."""
    live = open_live_index(settings)
    limits = Limits(
        per_user=settings.limit_per_user,
        per_channel=settings.limit_per_channel,
        per_server=settings.limit_per_server,
        overall=settings.limit_overall,
    )
    async with (
        Store.open(settings.store) as store,
        open_service(settings, live) as service,
        Rebuilder(live, settings) as rebuilder,
    ):
        await store.receipts.prune(datetime.now(UTC) - timedelta(days=settings.keep_days))
        desk = Desk(service, Limiter(limits), store)
        yield Office(desk, store, live, rebuilder, Limiter(_REFUSALS), settings)
