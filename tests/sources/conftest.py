"""Sources over a news site on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.sources.archive import records_from
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import FetchLimits
from bot.sources.outcome import SourceOutcome
from bot.sources.service import SourceService
from tests.sources.news_server import NewsSite, Story, dated, served

# No waiting between requests and before retries: this server is our own.
QUICK = FetchLimits(
    host_delay_s=0, backoff_s=0, longest_backoff_s=0, idle_s=1, total_s=5, robots_failure_s=0
)
BRIDGE = (
    "The harbour bridge in Tarn will close on 4 May 2031.\n"
    "Mayor Ilse Brandt said that the repair will cost $12.5 million."
)
FERRY = "Northline Ferries ordered two electric boats from Volta Marine.\n" + (
    "The boats will arrive in March 2032 and carry 120 people each. " * 5
)
MARKET = "The fish market of Tarn opened again on Monday after the storm."


@pytest.fixture
async def site() -> AsyncIterator[NewsSite]:
    """Serve three stories, the newest first; the feed has only a teaser of the first."""
    async with served(
        Story("ferry", FERRY, teaser="Northline Ferries ordered two …", published=dated(2)),
        Story("bridge", BRIDGE, published=dated(1)),
        Story("market", MARKET, published=dated(0)),
    ) as site:
        yield site


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        sources=tmp_path / "sources",
        articles=(tmp_path / "articles",),
        index=tmp_path / "index",
        sources_allow_private=True,
    )


class Builds:
    """Counter of the builds that updates ask for."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> str:
        self.count += 1
        return f"generation-{self.count}"


@pytest.fixture
def builds() -> Builds:
    return Builds()


@pytest.fixture
async def sources(settings: Settings, builds: Builds) -> AsyncIterator[SourceService]:
    async with Fetcher(QUICK, allow_private=True) as fetcher:
        yield SourceService(settings, fetcher, builds)


async def updated(sources: SourceService) -> SourceOutcome:
    """Update the one source and return its outcome."""
    [outcome] = (await sources.update()).sources
    return outcome


def archived(sources: SourceService) -> list[dict[str, object]]:
    """Return the records of the one source."""
    [source] = sources.registry.sources()
    return list(records_from(sources.registry.archive(source.id), 0))
