"""The bot's resources, opened from the settings and closed in order."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from bot.app import open_live_index, open_service
from bot.cluster.member import Member
from bot.config.settings import Settings
from bot.domain.errors import StoreError
from bot.insights.service import InsightsService
from bot.monitoring.degradations import Degradations
from bot.monitoring.gateway import Gateway
from bot.monitoring.observer import Observer
from bot.rebuild.publication_events import Publication
from bot.rebuild.rebuilder import Rebuilder
from bot.requests.handler import RequestHandler
from bot.serving.limits import Limiter, Limits
from bot.serving.service import AnswerService
from bot.sharing.answers import SharedAnswers
from bot.sharing.limits import SharedLimiter
from bot.sharing.link import RedisLink
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.schedule import keep_following, keep_updated
from bot.sources.service import SourceService
from bot.store import Store
from bot.watches.corrections import CorrectionFinder
from bot.watches.follow_ups import FollowUps
from bot.watches.watcher import Watcher, WatchLimits
from index.generations.live import LiveIndex
from index.progress import NoProgress

_REFUSALS = Limits(per_user="1/minute")
_LOCKED_S = 1.0  # seconds that a statement waits for another program's lock
_DAY_S = 24 * 3600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Resources that commands, buttons and messages share. `refusals` limits how often a user gets
    a refusal by direct message. `degraded` lists the parts that answers currently do without.
    `follow_ups` run after each new generation. `gateway` tracks the connections to Discord.
    `observer` receives every stage of a question. `updates` are the tasks that update the sources.
    `cluster` shares the shards with other processes; None if this process serves all. `closing` is
    set once the bot shuts down."""

    requests: RequestHandler
    store: Store
    live: LiveIndex
    rebuilder: Rebuilder
    follow_ups: FollowUps
    sources: SourceService
    insights: InsightsService
    refusals: Limiter
    settings: Settings
    degraded: Degradations
    gateway: Gateway
    observer: Observer
    cluster: Member | None = None
    updates: Sequence[asyncio.Task[None]] = ()
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def stop_optional_work(self) -> None:
        """Stop what no user waits for in a channel, so that the questions in flight get all of the
        cores: rebuilds, updates of sources, insights, and new posts of the bot's own."""
        self.closing.set()
        self.rebuilder.stop()
        self.insights.close()
        for task in self.updates:
            task.cancel()


@asynccontextmanager
async def open_runtime(
    settings: Settings, observer: Observer | None = None, bot: str = ""
) -> AsyncIterator[Runtime]:
    """Open the index, the store and the service. Only one process at a time may answer questions
    with a store in a file; several may share one on a server. `bot` is the id of the application,
    whose processes share the shards."""
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
            settings.store_place,
            keep_questions=settings.keep_questions,
            busy_timeout_s=_LOCKED_S,
            degraded=degraded,
        ) as store,
        open_service(settings, live, observer, store.usage, degraded) as service,
        Rebuilder(live, settings, degraded, observer, lambda: service.stalled_s > 0) as rebuilder,
        _open_link(settings, degraded) as link,
        _join_cluster(settings, degraded, gateway, bot) as cluster,
        _open_sources(settings, rebuilder, degraded, observer, cluster) as (sources, updates),
    ):
        limiter = SharedLimiter(limits, link) if link else Limiter(limits)
        # Redis does not hold enough to verify a model's text, so those answers are not shared.
        shares = link if not settings.llm_model else None
        answers = SharedAnswers(shares, live, observer) if shares else None
        requests = RequestHandler(service, limiter, store, answers)
        follow_ups = _follow_ups(settings, live, service, store, observer, cluster)
        follow_ups.listen(rebuilder.on_published)
        insights = InsightsService(store, live, people=settings.insights_people)
        duties = [_forget_daily(store, settings.keep_days), _look_after(rebuilder, live, cluster)]
        tasks = {asyncio.create_task(duty, name="runtime") for duty in duties}
        try:
            yield Runtime(
                requests=requests,
                store=store,
                live=live,
                rebuilder=rebuilder,
                follow_ups=follow_ups,
                sources=sources,
                insights=insights,
                refusals=Limiter(_REFUSALS),
                settings=settings,
                degraded=degraded,
                gateway=gateway,
                observer=observer,
                cluster=cluster,
                updates=updates,
            )
        finally:
            insights.close()
            gateway.close()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@asynccontextmanager
async def _join_cluster(
    settings: Settings, degraded: Degradations, gateway: Gateway, bot: str
) -> AsyncIterator[Member | None]:
    """Join the processes that share the shards, if the settings name any."""
    if settings.shards is None or settings.database_url is None:
        yield None
        return
    # A process that starts again must not pass for the one before it.
    me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    url, shards = settings.database_url, settings.shards
    async with Member.join(url, shards, me, degraded, gateway, bot) as member:
        yield member


async def _look_after(rebuilder: Rebuilder, live: LiveIndex, cluster: Member | None) -> None:
    """Do what follows from a generation that was published while this process did not run, or did
    not lead."""

    async def look() -> None:
        rebuilder.on_published.announce(Publication(None, live.current))

    await (cluster.lead.during(look) if cluster else look())


def _follow_ups(
    settings: Settings,
    live: LiveIndex,
    service: AnswerService,
    store: Store,
    observer: Observer,
    cluster: Member | None,
) -> FollowUps:
    limits = WatchLimits(settings.watches_per_user, settings.watches_per_server)
    return FollowUps(
        Watcher(live, service, store, limits, observer=observer),
        CorrectionFinder(service, store),
        on_duty=lambda: cluster is None or cluster.leads,
    )


@asynccontextmanager
async def _open_sources(
    settings: Settings,
    rebuilder: Rebuilder,
    degraded: Degradations,
    observer: Observer,
    cluster: Member | None,
) -> AsyncIterator[tuple[SourceService, Sequence[asyncio.Task[None]]]]:
    """Open the sources, update them on their schedule, and load what other processes publish. Yield
    the tasks that do so, too."""

    async def build() -> str:
        return (await rebuilder.rebuild(NoProgress())).report.manifest.id

    async with Fetcher(allow_private=settings.sources_allow_private) as fetcher:
        sources = SourceService(settings, fetcher, build, observer)
        tasks = [keep_following(rebuilder, settings.open_index(), degraded)]
        if settings.update_every != "off":
            update = partial(keep_updated, sources, degraded)
            tasks.append(cluster.lead.during(update) if cluster else update())
        running = [asyncio.create_task(task, name="sources") for task in tasks]
        try:
            yield sources, running
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)


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
