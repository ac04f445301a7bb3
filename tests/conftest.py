"""Shared fixtures: the real encoder, as it ships. No test reaches the network."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build_index
from index.encoder.encoder import Encoder, open_current
from index.encoder.record import SHIPPED
from index.progress import NoProgress
from tests.llm import ScriptedEndpoint
from tests.postgres_server import PostgresServer, running_postgres


class OutsideError(AssertionError):
    """A connection beyond the loopback address. Not an OSError: code that survives a bad network
    would hide it."""


def _is_inside(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False  # a name, which needs a lookup outside


def _only_inside(name: str, real: Callable[..., Any], host_of: Callable[..., Any]) -> Any:
    def guarded(*arguments: Any, **named: Any) -> Any:
        host = host_of(*arguments, **named)
        if not _is_inside(host):
            raise OutsideError(f"a test wanted to reach {host!r} ({name}): only loopback is open")
        return real(*arguments, **named)

    return guarded


def _peer(sock: socket.socket, address: Any) -> Any:
    return address[0] if sock.family in (socket.AF_INET, socket.AF_INET6) else None


@pytest.fixture(scope="session", autouse=True)
def _no_way_out() -> Iterator[None]:
    """Refuse every address except loopback, and every name, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            real = getattr(socket.socket, name)
            patch.setattr(socket.socket, name, _only_inside(name, real, _peer))
        looked_up = _only_inside("getaddrinfo", socket.getaddrinfo, lambda host, *_, **__: host)
        patch.setattr(socket, "getaddrinfo", looked_up)
        yield


@pytest.fixture(scope="session")
def encoder_home() -> Path:
    """Return the folder of the shipped encoder. Read-only: tests that change files copy them."""
    return SHIPPED


class CountedSession:
    """The session of an encoder with a counter of its runs."""

    def __init__(self, session: Any) -> None:
        self._session, self.runs = session, 0

    def run(self, *given: Any) -> Any:
        self.runs += 1
        return self._session.run(*given)


@pytest.fixture(scope="session")
def encoder(encoder_home: Path) -> Encoder:
    """Open the default model."""
    return open_current(encoder_home)


_EDITIONS = (
    {"harbour": "The harbour opened in May. Its mayor welcomed the ships."},
    {"harbour": "The harbour closed in June. Its mayor would not say why."},
    {
        "harbour": "The harbour closed in June. Its mayor would not say why.\nShips wait outside.",
        "market": "The market pays $1.5 bn. for fish. Prices rose by 5% in July.",
    },
)


@pytest.fixture(scope="session")
def three_generations(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of three generations of a few sentences, the newest current. Read-only: tests
    that change it copy it first."""
    index = tmp_path_factory.mktemp("three") / "index"
    for edition in _EDITIONS:
        articles = tmp_path_factory.mktemp("articles")
        for name, text in edition.items():
            (articles / f"{name}.txt").write_text(text)
        build_index([articles], index, encoder, NoProgress())
    return index


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    """Yield a scripted endpoint in place of a language model's."""
    async with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server of this test process's own, with pgvector."""
    with running_postgres() as server:
        yield server
