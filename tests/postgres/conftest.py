"""Indexes on a server, each in a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from tests.index.contract.articles import STORY
from tests.postgres_server import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """Create a database."""
    return postgres.database()


@pytest.fixture
def empty(url: str, tmp_path: Path) -> Iterator[ServerIndex]:
    """Return an index that was never built."""
    index = ServerIndex(url, tmp_path / "builds")
    yield index
    index.close()


@pytest.fixture
def index(empty: ServerIndex, encoder: Encoder) -> ServerIndex:
    """Publish the story of the contract."""
    empty.publish(STORY, encoder, NoProgress(), BuildOptions())
    return empty
