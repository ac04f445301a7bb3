"""The bot's resources, opened from the settings and closed in order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.monitoring.gateway import Gateway
from bot.monitoring.observer import Observer
from bot.rebuild.rebuilder import Rebuilder
from bot.requests.handler import RequestHandler
from bot.serving.limits import Limiter, Limits
from bot.sharing.answers import SharedAnswers
from bot.sharing.limits import SharedLimiter
from bot.sharing.link import RedisLink
from bot.store import Store
from index.generations.live import LiveIndex

_REFUSALS = Limits(per_user="1/minute")
_LOCKED_S = 1.0  # seconds that a statement waits for another program's lock
_DAY_S = 24 * 3600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Resources that commands, buttons and messages share. `refusals` limits how often a user gets
    a refusal by direct message. `degraded` lists the parts that answers currently do without.
    `gateway` tracks the connections to Discord. `observer` receives every stage of a question.
    `closing` is set once the bot shuts down."""

    requests: RequestHandler
    store: Store
    live: LiveIndex
    rebuilder: Rebuilder
    refusals: Limiter
    settings: Settings
    degraded: Degradations
    gateway: Gateway
    observer: Observer
    closing: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def open_runtime(
    settings: Settings, observer: Observer | None = None
) -> AsyncIterator[Runtime]:
    """Open the index, the store and the service. Only one process at a time may have the store open
    to answer questions."""
    degraded = Degradations()
    gateway = Gateway(degraded)
    observer = observer or Observer(log_questions=settings.log_questions)
    live = open_live_index(settings, degraded)
    limits = Limits(
        per_user=settings.limit_per_user,
        per_channel=settings.limit_per_channel,
        per_server=settings.limit_per_server,
        overall=settings.limit_overall,
    )
    async with (
        Store.open(
            settings.store,
            keep_questions=settings.keep_questions,
            busy_timeout_s=_LOCKED_S,
            degraded=degraded,
        ) as store,
        open_service(settings, live, observer, store.usage, degraded) as service,
        Rebuilder(live, settings, degraded, observer) as rebuilder,
        _open_link(settings, degraded) as link,
    ):
        limiter = SharedLimiter(limits, link) if link else Limiter(limits)
        # Redis does not hold enough to verify a model's text, so those answers are not shared.
        shares = link if not settings.llm_model else None
        answers = SharedAnswers(shares, live, observer) if shares else None
        requests = RequestHandler(service, limiter, store, answers)
        forgetting = asyncio.create_task(_forget_daily(store, settings.keep_days), name="forget")
        try:
            yield Runtime(
                requests=requests,
                store=store,
                live=live,
                rebuilder=rebuilder,
                refusals=Limiter(_REFUSALS),
                settings=settings,
                degraded=degraded,
                gateway=gateway,
                observer=observer,
            )
        finally:
            gateway.close()
            forgetting.cancel()
            with suppress(asyncio.CancelledError):
                await forgetting


@asynccontextmanager
async def _open_link(settings: Settings, degraded: Degradations) -> AsyncIterator[RedisLink | None]:
    if settings.redis_url is None:
        yield None
        return
    async with RedisLink.open(settings.redis_url, degraded) as link:
        yield link


async def _forget_daily(store: Store, keep_days: int) -> None:
    """Delete expired data every day, because the bot may run for longer than the data may be
    kept."""
    while True:
        try:
            await store.forget_old(keep_days)
        except StoreError as error:
            _log.warning("old data could not be removed: %s", error.user_message)
        await asyncio.sleep(_DAY_S)
