"""Outages of a server: silence, late statements, lost connections, a full disk, kills."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import Encoder
from index.errors import BuildError, ExpectedError, IndexUnreachableError
from index.generations.generation import open_current
from index.models import Article, DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Hits, Searcher
from tests.index.contract.articles import LATER, STORY
from tests.postgres.killed_publishes import Killer
from tests.postgres_server import PostgresServer, running_postgres

COST = "What does the bridge of Orm cost?"
_SOON = "?options=-c%20statement_timeout%3D500"
_EXACT = BuildOptions(dense_type=DenseType.EXACT)
_NUMBERS = " ".join(f"Number {number} sails." for number in range(100))
_SHIPS = [Article(f"ships {number}", f"{_NUMBERS} It is {number}.") for number in range(20)]
_READERS = "FROM pg_stat_activity WHERE application_name = 'dealbot'"


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Run a server that the tests may disturb."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def url(own_server: PostgresServer) -> str:
    return own_server.database()


def search(index: ServerIndex, encoder: Encoder) -> Hits:
    [vector] = encoder.encode_queries([COST])
    return Searcher().search(index.open_current(), COST, vector, 5)


def impatient(index: ServerIndex, tmp_path: Path) -> ServerIndex:
    """Return the index with a statement_timeout of half a second."""
    return ServerIndex(index.name + _SOON, tmp_path / "impatient")


def test_a_silent_server_is_given_up_and_answers_later(
    index: ServerIndex, own_server: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    reader = impatient(index, tmp_path)
    expected = search(reader, encoder)
    generation = reader.open_current()
    own_server.freeze()
    try:
        with pytest.raises(IndexUnreachableError, match="The index is not reachable"):
            generation.texts.sentence(0)
        # Connecting fails as well.
        with pytest.raises(IndexUnreachableError, match="The index is not reachable"):
            generation.texts.sentence(0)
    finally:
        own_server.freeze(False)
    while True:  # for some seconds, nothing is asked
        with suppress(IndexUnreachableError):
            assert search(reader, encoder) == expected
            break
    reader.close()


def test_a_late_statement_is_refused_and_the_reason_logged(
    index: ServerIndex,
    url: str,
    encoder: Encoder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader = impatient(index, tmp_path)
    generation = reader.open_current()
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE dealbot.articles_1")
        with pytest.raises(IndexUnreachableError) as raised:
            generation.texts.sentence(0)
        assert "postgresql://" not in raised.value.user_message
    assert "did not answer in time" in caplog.text
    assert generation.texts.sentence(0).text.startswith("The bridge")
    reader.close()


def test_connections_that_are_lost_within_an_answer_cost_no_answer(
    index: ServerIndex,
    own_server: PostgresServer,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = search(index, encoder)
    real: Callable[..., Any] = psycopg.Cursor.execute
    left, refused, kills = 0, list[int](), 0

    def execute(cursor: Any, *given: Any, **named: Any) -> Any:
        nonlocal left
        if cursor.connection.read_only:
            left -= 1
            if left == 0:
                own_server.execute(f"SELECT pg_terminate_backend(pid) {_READERS}")
        return real(cursor, *given, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    while left <= 0:
        index.current_id()  # no connection is lost already
        kills = left = kills + 1
        try:
            assert search(index, encoder) == expected
        except IndexUnreachableError:
            refused.append(kills)
    assert kills > 10
    assert refused == [1, 2, 3]  # the checks at an opening, which are not repeated


@contextmanager
def small_disk(server: PostgresServer, megabytes: int) -> Iterator[Path]:
    """Mount a file system of this size, which the server may use."""
    folder = server.folder / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_leaves_the_old_generation_and_says_what_to_do(
    encoder: Encoder, tmp_path: Path
) -> None:
    with running_postgres() as server, small_disk(server, 24) as disk:
        (disk / "space").mkdir(mode=0o700)
        server.own(disk / "space")
        server.execute(f"CREATE TABLESPACE small LOCATION '{disk}/space'")
        server.execute("CREATE DATABASE small TABLESPACE small")
        index = ServerIndex(server.url("small"), tmp_path / "builds")
        index.publish(STORY, encoder, NoProgress(), BuildOptions())
        before, expected = index.current_id(), search(index, encoder)
        publish_articles(_SHIPS, [], tmp_path / "fresh", encoder, NoProgress(), _EXACT)
        fresh = open_current(tmp_path / "fresh")
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - 200_000))
        with pytest.raises(BuildError, match=r"the disk of .* is full .* Free space on the server"):
            index.publish_generation(fresh, NoProgress(), BuildOptions())
        assert (index.current_id(), search(index, encoder)) == (before, expected)
        assert not any(index.verification().damage.values())
        filler.unlink()
        assert index.publish_generation(fresh, NoProgress(), BuildOptions()).id == fresh.id
        assert index.current_id() == fresh.id
        index.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_server_killed_at_any_statement_has_a_whole_index(
    index: ServerIndex, own_server: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    old = index.current_id()
    publish_articles(LATER, [], tmp_path / "fresh", encoder, NoProgress(), _EXACT)
    fresh, currents, at = open_current(tmp_path / "fresh"), list[str | None](), 0
    while True:
        at += 1
        killer = Killer(at, own_server.kill)
        killer.watch_publication()
        try:
            index.publish_generation(fresh, NoProgress(), BuildOptions(keep_generations=1))
        except ExpectedError as error:
            assert "The index is not reachable" in error.user_message  # noqa: PT017 - see above
        finally:
            killer.stop()
        if not killer.has_killed:
            break
        own_server.start()
        currents.append(index.current_id())
        assert not any(index.verification().damage.values())
    assert set(currents) == {old, fresh.id}
    assert currents == sorted(currents, key=[old, fresh.id].index)
    assert currents.count(old) > 10
