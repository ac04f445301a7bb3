"""Kills: of a builder at every statement of a publication, and of the server during reads."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import Encoder
from index.errors import IndexUnreachableError
from index.generations.generation import GENERATIONS, current_folder
from index.models import DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Searcher
from tests.hang_guard import HANG_S
from tests.index.contract.articles import LATER, STORY
from tests.postgres_server import PostgresServer, running_postgres

COST = "What does the bridge of Orm cost?"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_builder_killed_at_any_statement_leaves_a_whole_index(
    index: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    old = index.current_id()
    options = BuildOptions(dense_type=DenseType.EXACT)
    publish_articles(LATER, [], tmp_path / "files", encoder, NoProgress(), options)
    folder = current_folder(tmp_path / "files")
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres.killed_publishes", url, folder],
        capture_output=True,
        check=False,
        text=True,
        timeout=10 * HANG_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert [state["damage"] for state in states] == [[]] * len(states)
    *killed, last = states
    assert all(state["killed"] for state in killed)
    assert not last["killed"]
    # Some are killed before the commit, and some after it.
    new = folder.name
    currents = [state["current"] for state in states]
    assert set(currents) == {old, new}
    assert currents == sorted(currents, key=[old, new].index)
    assert currents.count(old) > 10
    assert folder.parent.name == GENERATIONS


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """Run a server that a test may kill."""
    with running_postgres() as server:
        yield server


def test_a_killed_server_is_an_error_and_never_a_wrong_answer(
    own_server: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    index = ServerIndex(own_server.database(), tmp_path / "builds")
    index.publish(STORY, encoder, NoProgress(), BuildOptions())
    [vector] = encoder.encode_queries([COST])
    expected = Searcher().search(index.open_current(), COST, vector, 5)
    wrong: list[object] = []
    errors: list[BaseException] = []
    answered, stop = threading.Event(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                # Opened anew, because an open one answers from its memory.
                found = Searcher().search(index.open_current(), COST, vector, 5)
            except IndexUnreachableError as error:
                errors.append(error)
            else:
                answered.set()
                if found != expected:
                    wrong.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(2):
            answered.clear()
            assert answered.wait(HANG_S)
            own_server.kill()
            own_server.start()
        answered.clear()
        assert answered.wait(HANG_S)
    finally:
        stop.set()
        reader.join(HANG_S)
    assert wrong == []
    assert all("The index is not reachable" in str(error) for error in errors)
    index.close()


def test_an_open_generation_survives_a_restart_of_the_server(
    own_server: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    index = ServerIndex(own_server.database(), tmp_path / "builds")
    index.publish(STORY, encoder, NoProgress(), BuildOptions())
    [vector] = encoder.encode_queries([COST])
    generation = index.open_current()
    own_server.kill()
    with pytest.raises(IndexUnreachableError, match="The index is not reachable"):
        Searcher().search(generation, COST, vector, 5)
    own_server.start()
    hits = Searcher().search(generation, COST, vector, 5)
    assert hits.sentences[0].sentence.text == "The bridge of Orm costs $7 million."
    index.close()
