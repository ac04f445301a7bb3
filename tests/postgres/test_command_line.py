"""The command line with the URL of a database in place of a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer

_OPENED = "The harbour of Orm opened in May. Its mayor welcomed the ships."
_CLOSED = "The harbour of Orm closed in June. Its mayor would not say why."


def dealbot(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run the program in a folder, and return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text(_OPENED)
    return folder


def test_an_index_is_built_asked_verified_and_rolled_back(
    url: str, articles: Path, tmp_path: Path
) -> None:
    place = ("--index", url)
    first = json.loads(dealbot(tmp_path, "index", "build", *place, "--json"))
    (articles / "harbour.txt").write_text(_CLOSED)
    second = json.loads(dealbot(tmp_path, "index", "build", *place, "--json"))
    question = ("ask", "When did the harbour close?", *place, "--json")
    answer = json.loads(dealbot(tmp_path, *question))
    assert answer["generation"] == second["generation"]
    assert [each["quote"] for each in answer["citations"]][:1] == [
        "The harbour of Orm closed in June."
    ]
    info = json.loads(dealbot(tmp_path, "index", "info", *place, "--json"))
    assert info["generations"] == [first["generation"], second["generation"]]
    verified = json.loads(dealbot(tmp_path, "index", "verify", *place, "--json"))
    assert verified["problems"] == dict.fromkeys(info["generations"])
    assert verified["current"] == second["generation"]
    back = json.loads(dealbot(tmp_path, "index", "rollback", *place, "--json"))
    assert back["generation"] == first["generation"]
    info = json.loads(dealbot(tmp_path, "index", "info", *place, "--json"))
    assert info["generation"] == first["generation"]


def test_damage_is_found_and_an_answer_with_it_is_refused(
    url: str, articles: Path, tmp_path: Path
) -> None:
    dealbot(tmp_path, "index", "build", "--index", url)
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE dealbot.articles_1 SET text = overlay(text placing 'June'::bytea from 30)"
        )
    told = dealbot(tmp_path, "index", "verify", "--index", url, code=1)
    assert "its checksum does not match" in told
    told = dealbot(tmp_path, "ask", "When did the harbour open?", "--index", url, code=1)
    assert "The text of the article 'harbour' in postgresql://" in told


def test_a_server_that_is_gone_is_said(tmp_path: Path) -> None:
    url = "postgresql://ann:hunter2@127.0.0.1:1/deals"
    for arguments in (("ask", "Who paid?"), ("index", "info"), ("index", "rollback")):
        told = dealbot(tmp_path, *arguments, "--index", url, code=1)
        assert "The index is not reachable: postgresql://ann@127.0.0.1:1/deals" in told
        assert "hunter2" not in told


def test_the_doctor_checks_the_index_on_a_server(
    postgres: PostgresServer, articles: Path, tmp_path: Path
) -> None:
    url = postgres.database()
    dealbot(tmp_path, "index", "build", "--index", url)
    told = dealbot(tmp_path, "doctor", "--index", url, "--json")
    checks = {each["subject"]: each for each in map(json.loads, told.splitlines())}
    assert checks["index"]["level"] == "ok"
    assert "of 1 articles is intact" in checks["index"]["message"]
