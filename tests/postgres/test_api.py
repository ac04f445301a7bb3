"""The Python API with the URL of a database in place of a folder."""

import time
from pathlib import Path

import psycopg
import pytest

from bot import Answerer, AsyncAnswerer
from index import ExpectedError, build, search
from tests.hang_guard import HANG_S

_FAILING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'failing'"


@pytest.fixture
def built(url: str, tmp_path: Path) -> str:
    (tmp_path / "harbour.txt").write_text("The harbour of Orm opened in May.")
    build(tmp_path / "harbour.txt", url, builds=tmp_path / "builds")
    return url


def test_an_index_on_a_server_is_built_searched_and_asked(built: str, tmp_path: Path) -> None:
    [best] = search(built, "opening of the harbour", 1)
    assert (best.article_id, best.text) == ("harbour", "The harbour of Orm opened in May.")
    with Answerer(built) as answerer:
        answer = answerer.ask("When did the harbour open?")
        assert answer.citations[0].quote == best.text
        (tmp_path / "harbour.txt").write_text("The harbour of Orm opened in June.")
        build(tmp_path / "harbour.txt", built, builds=tmp_path / "builds")
        answerer.reload()
        answer = answerer.ask("When did the harbour open?")
        assert answer.citations[0].quote == "The harbour of Orm opened in June."


async def test_an_index_on_a_server_is_asked_on_an_event_loop(built: str) -> None:
    async with AsyncAnswerer(built) as answerer:
        answer = await answerer.ask("When did the harbour open?")
    assert answer.citations[0].quote == "The harbour of Orm opened in May."


def test_a_server_that_is_gone_is_an_expected_error() -> None:
    with pytest.raises(ExpectedError, match="The index is not reachable") as raised:
        Answerer("postgresql://ann:hunter2@127.0.0.1:1/deals")
    assert "hunter2" not in str(raised.value)


def test_a_failed_opening_leaves_no_connection(built: str) -> None:
    url = f"{built}{'&' if '?' in built else '?'}application_name=failing"
    with psycopg.connect(built) as connection:
        connection.execute("UPDATE dealbot.generations SET manifest = 'damaged'")
    with pytest.raises(ExpectedError, match="the manifest of") as raised:
        Answerer(url)
    deadline = time.monotonic() + HANG_S
    with psycopg.connect(built, autocommit=True) as connection:
        while connection.execute(_FAILING).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert raised.traceback  # which keeps the connections from being collected
