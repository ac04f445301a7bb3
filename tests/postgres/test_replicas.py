"""A primary with a replica: which of them answers, and what a late or promoted replica does."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.errors import (
    ExpectedError,
    IndexDamagedError,
    IndexUnreachableError,
    IndexWarningError,
)
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Searcher
from tests.hang_guard import HANG_S
from tests.index.contract.articles import LATER, STORY
from tests.postgres_server import PostgresServer, running_postgres

COST = "What does the bridge of Orm cost?"


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[PostgresServer, PostgresServer]]:
    """Run a primary with a replica."""
    with running_postgres() as primary, primary.replica() as replica:
        yield primary, replica


@pytest.fixture
def primary(pair: tuple[PostgresServer, PostgresServer]) -> PostgresServer:
    return pair[0]


@pytest.fixture
def replica(pair: tuple[PostgresServer, PostgresServer]) -> Iterator[PostgresServer]:
    yield pair[1]
    pair[1].execute("SELECT pg_wal_replay_resume()")


@pytest.fixture
def index(
    primary: PostgresServer, replica: PostgresServer, encoder: Encoder, tmp_path: Path
) -> Iterator[ServerIndex]:
    """Publish the story with a URL that names both hosts, and let the replica have it."""
    database = primary.database().rpartition("/")[2]
    made = ServerIndex(primary.url(database, "dealbot", replica), tmp_path / "builds")
    made.publish(STORY, encoder, NoProgress(), BuildOptions())
    replica.wait_for(primary)
    yield made
    made.close()


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def late(replica: PostgresServer) -> None:
    """Let the replica apply nothing more."""
    replica.execute("SELECT pg_wal_replay_pause()")
    wait(lambda: replica.execute("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])


def found(index: ServerIndex, encoder: Encoder) -> list[str]:
    """Open the current generation and search it."""
    [vector] = encoder.encode_queries([COST])
    hits = Searcher().search(index.open_current(), COST, vector, 5).sentences
    return [hit.sentence.text for hit in hits]


def test_rows_are_read_from_the_replica(
    index: ServerIndex, primary: PostgresServer, replica: PostgresServer, tmp_path: Path
) -> None:
    for chosen, host, other in (("", replica, primary), ("primary", primary, replica)):
        name = f"readers_{chosen}"
        url = primary.url(index.name.rpartition("/")[2], "dealbot", replica)
        attributes = f"&target_session_attrs={chosen}" if chosen else ""
        reader = ServerIndex(f"{url}?application_name={name}{attributes}", tmp_path / "reader")
        generation = reader.open_current()
        readers = (
            f"FROM pg_stat_activity WHERE application_name = '{name}' AND query LIKE '%words%'"
        )
        assert host.execute(f"SELECT count(*) > 0 {readers}") == [(True,)]
        assert other.execute(f"SELECT count(*) {readers}") == [(0,)]
        assert generation.texts.sentence(0).text.startswith("The bridge")
        reader.close()


def test_a_late_replica_never_hides_what_was_published(
    index: ServerIndex, replica: PostgresServer, encoder: Encoder
) -> None:
    before = index.open_current()
    late(replica)
    published = index.publish(LATER, encoder, NoProgress(), BuildOptions()).manifest.id
    assert index.current_id() == published
    after = index.open_current()
    assert after.id == published
    assert after.texts.find_article("harbour") is not None
    # The one that was opened before is still read from the replica.
    assert before.texts.find_article("harbour") is None
    assert index.roll_back().id == before.id == index.open_current().id


def test_a_slow_primary_takes_no_reader_back(
    index: ServerIndex,
    primary: PostgresServer,
    replica: PostgresServer,
    encoder: Encoder,
    tmp_path: Path,
) -> None:
    late(replica)
    published = index.publish(LATER, encoder, NoProgress(), BuildOptions()).manifest.id
    database = index.name.rpartition("/")[2]
    url = primary.url(database, "dealbot", replica)
    reader = ServerIndex(f"{url}?options=-c%20statement_timeout%3D300", tmp_path / "reader")
    with psycopg.connect(primary.url(database)) as other:
        other.execute("LOCK dealbot.current IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(IndexUnreachableError, match="not reachable"):
            reader.current_id()
    assert reader.current_id() == published
    reader.close()


def test_a_new_index_is_read_before_the_replica_has_it(
    primary: PostgresServer, replica: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    database = primary.database().rpartition("/")[2]
    replica.wait_for(primary)
    late(replica)
    index = ServerIndex(primary.url(database, "dealbot", replica), tmp_path / "builds")
    index.publish(STORY, encoder, NoProgress(), BuildOptions())
    assert found(index, encoder)[0] == "The bridge of Orm costs $7 million."
    index.close()


def test_a_replica_alone_answers_and_refuses_builds(
    index: ServerIndex, replica: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    database = index.name.rpartition("/")[2]
    for url, told in (
        (replica.url(database), "only reads, as a replica does: build with the URL of the primary"),
        (f"{replica.url(database)}?target_session_attrs=any", "No primary is reachable at"),
    ):
        alone = ServerIndex(url, tmp_path / "alone")
        assert found(alone, encoder)[0] == "The bridge of Orm costs $7 million."
        with pytest.raises(IndexUnreachableError, match=told):
            alone.publish(LATER, encoder, NoProgress(), BuildOptions())
        with pytest.raises(IndexUnreachableError, match=told):
            alone.roll_back()
        alone.close()


def test_the_doctor_compares_the_hosts(
    index: ServerIndex, primary: PostgresServer, replica: PostgresServer
) -> None:
    check = index.checks()["replicas"]
    assert re.search(r"is 0\.0 MB behind$", check())
    late(replica)
    primary.execute("SELECT pg_logical_emit_message(false, 'dealbot', repeat('-', 20000000))")
    with pytest.raises(
        IndexWarningError, match=r"is \d+\.\d MB behind\. Until .* is read from the"
    ):
        check()


def test_a_promoted_replica_takes_over_with_all_committed_generations(
    encoder: Encoder, tmp_path: Path
) -> None:
    """Readers ask without a pause while the primary dies and the replica is promoted."""
    with running_postgres() as primary, primary.replica() as replica:
        database = primary.database().rpartition("/")[2]
        url = primary.url(database, "dealbot", replica)
        index = ServerIndex(url, tmp_path / "builds")
        index.publish(STORY, encoder, NoProgress(), BuildOptions())
        index.publish(LATER, encoder, NoProgress(), BuildOptions())
        kept = index.published()
        replica.wait_for(primary)
        expected = found(index, encoder)
        answers: list[list[str]] = []
        refusals: list[str] = []
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                try:
                    answers.append(found(index, encoder))
                except ExpectedError as error:
                    refusals.append(error.user_message)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for each in readers:
            each.start()
        try:
            primary.kill()
            with pytest.raises(IndexWarningError, match="no host is a primary"):
                index.checks()["replicas"]()
            with pytest.raises(IndexUnreachableError, match="No primary is reachable at"):
                index.publish(STORY, encoder, NoProgress(), BuildOptions())
            replica.execute("SELECT pg_promote()")
            asked = len(answers)
            wait(lambda: len(answers) > asked + 4)
        finally:
            stop.set()
            for each in readers:
                each.join(HANG_S)
        assert answers == [expected] * len(answers)
        assert [
            each for each in refusals if not each.startswith("The index is not reachable")
        ] == []
        assert index.published() == kept
        with pytest.raises(IndexWarningError, match=r"not reachable: .* The others answer"):
            index.checks()["replicas"]()
        assert not any(index.verification().damage.values())
        index.publish(STORY, encoder, NoProgress(), BuildOptions())
        assert len(index.published()) == 3
        index.close()


def test_a_number_that_is_used_again_after_a_failover_is_another_generation(
    encoder: Encoder, tmp_path: Path
) -> None:
    """The primary dies with a generation that the replica never got. The next one has its number
    and other rows: an open reader of the lost one is refused."""
    with running_postgres() as primary, primary.replica() as replica:
        database = primary.database().rpartition("/")[2]
        index = ServerIndex(primary.url(database, "dealbot", replica), tmp_path / "builds")
        index.publish(STORY, encoder, NoProgress(), BuildOptions())
        replica.wait_for(primary)
        replica.execute("ALTER SYSTEM SET primary_conninfo = ''")  # it gets nothing more
        replica.execute("SELECT pg_reload_conf()")
        wait(lambda: replica.execute("SELECT count(*) FROM pg_stat_wal_receiver") == [(0,)])
        index.publish(LATER, encoder, NoProgress(), BuildOptions())
        lost = index.open_current()
        primary.kill()
        replica.execute("SELECT pg_promote()")
        index.publish(STORY[1:], encoder, NoProgress(), BuildOptions())
        assert lost.id not in index.published()
        with pytest.raises(IndexDamagedError, match="was removed"):
            lost.texts.sentence(0)
        assert index.open_current().texts.find_article("harbour") is None
        index.close()
