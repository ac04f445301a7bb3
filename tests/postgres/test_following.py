"""A bot that follows an index on a server: its generations, its outages, its metrics."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.config.settings import Settings
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.gateway import Gateway
from bot.monitoring.gauges import Gauges, Watched
from bot.rebuild.rebuilder import Rebuilder
from bot.serving.service import AnswerService
from bot.sources.schedule import keep_following
from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.errors import IndexUnreachableError
from index.generations.live import LiveIndex
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from tests.hang_guard import HANG_S
from tests.index.contract.articles import LATER
from tests.postgres_server import PostgresServer, running_postgres


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Run a server that the tests may kill."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def url(own_server: PostgresServer) -> str:
    return own_server.database()


@pytest.fixture
def live(index: ServerIndex, encoder_home: Path) -> LiveIndex:
    return LiveIndex(index, encoder_home)


async def until(live: LiveIndex, degraded: Degradations, generation: str, parts: set[Part]) -> None:
    async with asyncio.timeout(HANG_S):
        while True:
            found = {each.part for each in degraded.current}
            if (live.current.generation.id, found) == (generation, parts):
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def following(live: LiveIndex, url: str, encoders: Path) -> AsyncIterator[Degradations]:
    settings, degraded = Settings.load({"index": url, "encoders": encoders}, {}), Degradations()
    async with Rebuilder(live, settings, degraded) as rebuilder:
        index = settings.open_index()
        task = asyncio.create_task(keep_following(rebuilder, index, degraded, 0.05))
        yield degraded
        task.cancel()
        index.close()


async def test_an_outage_is_reported_and_what_was_published_after_it_is_loaded(
    live: LiveIndex,
    index: ServerIndex,
    url: str,
    own_server: PostgresServer,
    encoder: Encoder,
    encoder_home: Path,
) -> None:
    before = live.current.generation.id
    async with following(live, url, encoder_home) as degraded:
        await until(live, degraded, before, set())
        own_server.kill()
        await until(live, degraded, before, {Part.INDEX})
        assert "postgresql://" not in degraded.current[0].message
        own_server.start()
        await until(live, degraded, before, set())
        report = await asyncio.to_thread(
            index.publish, LATER, encoder, NoProgress(), BuildOptions()
        )
        await until(live, degraded, report.manifest.id, set())


async def test_a_generation_that_cannot_be_opened_yet_is_tried_again(
    live: LiveIndex,
    index: ServerIndex,
    url: str,
    encoder: Encoder,
    encoder_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server fails between the search for a new generation and its opening."""
    real, failures = live.reload, 2

    def reload() -> object:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise IndexUnreachableError("the server is promoted")
        return real()

    monkeypatch.setattr(live, "reload", reload)
    async with following(live, url, encoder_home) as degraded:
        await until(live, degraded, live.current.generation.id, set())
        report = await asyncio.to_thread(
            index.publish, LATER, encoder, NoProgress(), BuildOptions()
        )
        await until(live, degraded, report.manifest.id, set())


async def test_requests_to_the_server_are_in_the_metrics(
    live: LiveIndex, own_server: PostgresServer, encoder: Encoder
) -> None:
    registry, degraded = CollectorRegistry(), Degradations()
    async with AnswerService(live, max_waiting=1, deadline_s=1) as service:
        registry.register(Gauges(Watched(service, live, degraded, Gateway(degraded))))

        def value(name: str, **labels: str) -> float:
            page = generate_latest(registry).decode()
            return sum(
                sample.value
                for family in text_string_to_metric_families(page)
                for sample in family.samples
                if sample.name == name and labels.items() <= sample.labels.items()
            )

        count = value("dealbot_index_request_seconds_count")
        live.current.generation.texts.sentence(0)
        assert value("dealbot_index_request_seconds_count") == count + 1 > 1
        assert value("dealbot_index_request_seconds_bucket", le="+Inf") == count + 1
        assert value("dealbot_index_request_seconds_sum") > 0
        assert value("dealbot_index_connections") >= 1
        assert value("dealbot_index_failures_total", reason="index_unreachable") == 0
        own_server.kill()
        live.current.generation.texts.sentence(0)  # known
        with pytest.raises(IndexUnreachableError):
            live.reload()
        with pytest.raises(IndexUnreachableError):
            live.current.generation.texts.find_article("harbour")
        own_server.start()
        assert value("dealbot_index_failures_total", reason="index_unreachable") == 1


async def test_a_folder_has_no_metrics_of_a_server(
    three_generations: Path, encoder_home: Path
) -> None:
    live, degraded = LiveIndex(three_generations, encoder_home), Degradations()
    async with AnswerService(live, max_waiting=1, deadline_s=1) as service:
        families = Gauges(Watched(service, live, degraded, Gateway(degraded))).collect()
        assert not [each.name for each in families if each.name.startswith("dealbot_index")]
