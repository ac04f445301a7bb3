"""`dealbot doctor`: it finds every kind of problem and names the remedy."""

import asyncio
import json
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.settings import Settings
from bot.doctor import artifacts, machine, service, storage
from bot.doctor import redis as redis_check
from bot.doctor.diagnosis import Check, Diagnosis, Level, examine
from bot.store import Store
from bot.store.schema import STEPS
from index.generations.generation import GENERATIONS, current_folder, published
from index.generations.manifest import read_manifest
from tests.bot.conftest import InProcess
from tests.damage import truncate
from tests.postgres_server import PostgresServer
from tests.sharing.redis_server import RedisServer, redis_server


@pytest.fixture
def settings(
    three_generations: Path, encoder_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(
        index=three_generations,
        encoders=encoder_home,
        store=tmp_path / "kept" / "dealbot.sqlite",
        metrics_port=0,
    )


@pytest.fixture
def store(settings: Settings) -> Path:
    async def make() -> None:
        async with Store.open(settings.store):
            pass

    asyncio.run(make())
    return settings.store


def found(check: Check, settings: Settings) -> Diagnosis:
    [finding] = examine(settings, {"it": check})
    return finding


def changed(settings: Settings, **values: object) -> Settings:
    return settings.model_copy(update=values)


@pytest.mark.parametrize(
    "check",
    [
        artifacts.encoder,
        artifacts.evidence,
        artifacts.index,
        artifacts.generations,
        artifacts.golden,
        storage.store,
        storage.files,
        machine.python,
        machine.disk,
        machine.clock,
        service.limits,
        service.running,
    ],
)
def test_all_is_well_where_it_is(settings: Settings, store: Path, check: Check) -> None:
    finding = found(check, settings)
    assert finding.level is Level.OK, finding.message


def test_looking_at_a_store_that_is_not_there_makes_none(settings: Settings) -> None:
    assert found(storage.store, settings).level is Level.OK
    assert not settings.store.exists()


def test_a_generation_that_is_not_current_and_damaged_is_a_warning(
    settings: Settings, three_generations: Path, tmp_path: Path, copied: Callable[[Path], Path]
) -> None:
    index = copied(three_generations)
    oldest = published(index)[0]
    truncate(index / GENERATIONS / oldest / "texts.bin")
    finding = found(artifacts.generations, changed(settings, index=index))
    assert finding.level is Level.WARNING
    assert f"dealbot index verify --index {index}" in finding.message
    assert oldest in finding.message
    assert found(artifacts.index, changed(settings, index=index)).level is Level.OK


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    return lambda index: Path(shutil.copytree(index, tmp_path / "copy"))


def test_golden_questions_that_cannot_be_read(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "golden.jsonl").write_text("{}\n")
    finding = found(artifacts.golden, changed(settings, golden=tmp_path / "golden.jsonl"))
    assert finding.level is Level.PROBLEM


@pytest.mark.parametrize(
    ("expect", "level", "told"),
    [
        ("June", Level.OK, "1 can be read .* and the index answers all of them"),
        ("May", Level.WARNING, r"the index fails 1 of 1: “When did .* lacks “May”\).*rollback"),
    ],
)
def test_golden_questions_are_asked(
    settings: Settings, tmp_path: Path, expect: str, level: Level, told: str
) -> None:
    asked = {"question": "When did the harbour close?", "expect": expect}
    (tmp_path / "golden.jsonl").write_text(json.dumps(asked))
    finding = found(artifacts.golden, changed(settings, golden=tmp_path / "golden.jsonl"))
    assert finding.level is level
    assert re.search(told, finding.message)
    nowhere = changed(settings, golden=tmp_path / "golden.jsonl", index=tmp_path / "none")
    assert found(artifacts.golden, nowhere).message.endswith("there is no usable index to ask them")


def test_the_articles_are_those_that_the_index_was_built_from(
    settings: Settings, three_generations: Path, tmp_path: Path
) -> None:
    """The setting is not made, and there is no folder of the default name."""
    [source] = read_manifest(current_folder(three_generations)).sources
    finding = found(artifacts.articles, settings)
    assert (finding.level, source in finding.message) == (Level.OK, True)
    chosen = Settings(**{**settings.model_dump(), "articles": (tmp_path / "none",)})
    assert found(artifacts.articles, chosen).level is Level.PROBLEM
    nothing = changed(settings, index=tmp_path / "none")
    assert found(artifacts.articles, nothing).level is Level.PROBLEM


def test_a_store_that_is_damaged(settings: Settings, store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    content = bytearray(store.read_bytes())
    content[4096 : 4096 + 64] = b"\xff" * 64
    store.write_bytes(content)
    finding = found(storage.store, settings)
    assert finding.level is Level.PROBLEM
    assert "dealbot store restore" in finding.message


def test_a_store_of_a_newer_program(settings: Settings, store: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    finding = found(storage.store, settings)
    assert (finding.level, "upgrade" in finding.message) == (Level.PROBLEM, True)


def test_a_store_on_a_server(settings: Settings, postgres: PostgresServer) -> None:
    url = SecretStr(postgres.database())
    on_server = changed(settings, database_url=url)
    assert "there is none yet: dealbot run creates it in" in found(storage.store, on_server).message

    async def make() -> None:
        async with Store.open(url):
            pass

    asyncio.run(make())
    assert f"is reachable, schema {len(STEPS)} of" in found(storage.store, on_server).message
    gone = changed(settings, database_url=SecretStr(f"{url.get_secret_value()}_of_nobody"))
    finding = found(storage.store, gone)
    assert (finding.level, "is not reachable" in finding.message) == (Level.PROBLEM, True)


def test_a_store_that_cannot_be_written(
    settings: Settings, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    finding = found(storage.store, settings)
    assert (finding.level, "ls -ld" in finding.message) == (Level.PROBLEM, True)


@pytest.mark.parametrize(("mode", "mends"), [(0o644, "go-rwx"), (0o602, "go-rwx")])
def test_a_store_that_others_read_or_write(
    settings: Settings, store: Path, mode: int, mends: str
) -> None:
    store.chmod(mode)
    finding = found(storage.files, settings)
    assert finding.level is Level.WARNING
    assert finding.message.endswith(f"chmod {mends} {store}")


def test_settings_that_others_change(settings: Settings, store: Path) -> None:
    file = Path("dealbot.toml")
    file.touch()
    file.chmod(0o644)
    assert found(storage.files, settings).level is Level.OK
    file.chmod(0o666)
    finding = found(storage.files, settings)
    assert (finding.level, finding.message.endswith("chmod go-w dealbot.toml")) == (
        Level.WARNING,
        True,
    )


def test_a_disk_without_room_for_a_rebuild(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_ENOUGH_FREE_MB", 10**9)
    finding = found(machine.disk, settings)
    assert (finding.level, "du -sh" in finding.message) == (Level.WARNING, True)


def test_a_clock_before_the_index(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Early(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Early":
            return cls(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr(machine, "datetime", Early)
    finding = found(machine.clock, settings)
    assert (finding.level, "timedatectl" in finding.message) == (Level.PROBLEM, True)


def test_a_disk_of_another_time(
    settings: Settings, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now - 3600)
    assert found(machine.clock, settings).level is Level.WARNING


def test_limits_that_are_never_reached(settings: Settings) -> None:
    finding = found(service.limits, changed(settings, limit_per_user="31/minute"))
    assert finding.level is Level.WARNING
    assert "DEALBOT_LIMIT_PER_USER" in finding.message
    for fine in ("60/hour", "31/minute; 60/hour"):
        assert found(service.limits, changed(settings, limit_per_user=fine)).level is Level.OK


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def test_redis_is_asked_where_one_is_set(settings: Settings, redis: RedisServer) -> None:
    assert found(redis_check.redis, settings).level is Level.OK
    shared = changed(settings, redis_url=SecretStr(redis.url))
    finding = found(redis_check.redis, shared)
    assert (finding.level, "redis-cli ping" in finding.message) == (Level.WARNING, True)
    redis.start()
    assert found(redis_check.redis, shared) == Diagnosis(
        "it", Level.OK, "it can be read and written"
    )


# --- a running bot --------------------------------------------------------------------------


Answers = dict[str, tuple[int, bytes]]


@pytest.fixture
def answering_bot() -> Iterator[tuple[Answers, int]]:
    """Serve the given answers on a port of its own; any other path gets a 404, as from another
    program."""
    answers: Answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, b"<html>"))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield answers, server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("health", "ready", "level", "told"),
    [
        ((404, "<html>"), (404, ""), Level.OK, "no bot answers"),
        ((200, "[]"), (404, ""), Level.OK, "no bot answers"),
        ((200, '{"healthy": [1]}'), (404, ""), Level.OK, "no bot answers"),
        ((302, "/readyz"), (200, '{"healthy": true}'), Level.OK, "no bot answers"),
        (
            (200, '{"healthy": true}'),
            (200, '{"ready": true, "degraded": [7, {"part": null}]}'),
            Level.WARNING,
            "not connected",
        ),
        ((503, '{"healthy": false}'), (503, ""), Level.PROBLEM, "restart it"),
        ((200, '{"healthy": true}'), (503, '{"ready": false}'), Level.WARNING, "not connected"),
        (
            (200, '{"healthy": true}'),
            (200, '{"ready": true, "degraded": [{"part": "store", "message": "full"}]}'),
            Level.WARNING,
            "store (full)",
        ),
        (
            (200, '{"healthy": true}'),
            (200, '{"ready": true, "generation": "g7"}'),
            Level.OK,
            "from generation g7",
        ),
    ],
)
def test_a_bot_that_runs_is_asked(
    settings: Settings,
    answering_bot: tuple[Answers, int],
    health: tuple[int, str],
    ready: tuple[int, str],
    level: Level,
    told: str,
) -> None:
    answers, port = answering_bot
    for path, (status, body) in (("/healthz", health), ("/readyz", ready)):
        answers[path] = (status, body.encode())
    finding = found(service.running, changed(settings, metrics_host="0.0.0.0", metrics_port=port))
    assert finding.level is level
    assert told in finding.message


def test_what_answers_in_its_place_steers_no_terminal(
    answering_bot: tuple[Answers, int], run_main: InProcess
) -> None:
    answers, port = answering_bot
    answers["/healthz"] = (200, b'{"healthy": true}')
    answers["/readyz"] = (200, rb'{"ready": true, "generation": "\u001b[2J\u202eg7"}')
    out = run_main("doctor", "--metrics-port", str(port)).out
    assert "it answers from generation \ufffd[2J\ufffdg7" in out


def test_no_bot_runs(settings: Settings, answering_bot: tuple[Answers, int]) -> None:
    finding = found(service.running, changed(settings, metrics_port=1))
    assert (finding.level, "no bot" in finding.message) == (Level.OK, True)
