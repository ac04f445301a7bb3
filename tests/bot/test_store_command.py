"""`dealbot store`, while a bot has the store open."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.domain.spending import Spent
from bot.store import Store, StorePlace
from bot.store.schema import STEPS
from tests.bot.conftest import InProcess
from tests.postgres_server import PostgresServer
from tests.store.conftest import GUILD, kept

ANN = 1_310_000_000_000_000_042


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Fill a store with two answers and a vote of Ann's, what a model cost for her today, and an
    answer of another user."""
    path = tmp_path / "dealbot.sqlite"
    asyncio.run(fill(path))
    return path


async def fill(place: StorePlace) -> None:
    async with Store.open(place, keep_questions=True) as store:
        ann = store.asker(ANN)
        receipts = [kept(asker=ann), kept("Another?", asker=ann), kept("Of others?")]
        for receipt in receipts:
            await store.receipts.add(receipt)
        await store.votes.vote(receipts[2].id, ann, -1)
        await store.usage.add(datetime.now(UTC).date(), str(ANN), Spent(900, 100, 2_500))


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """Create a database."""
    return postgres.database()


@contextmanager
def open_elsewhere(path: Path) -> Iterator[None]:
    """Hold the store open in another thread during the block, as the bot does."""
    opened, leave = threading.Event(), threading.Event()

    async def hold() -> None:
        async with Store.open(path):
            opened.set()
            await asyncio.to_thread(leave.wait)

    holding = threading.Thread(target=asyncio.run, args=(hold(),))
    holding.start()
    assert opened.wait(10)
    try:
        yield
    finally:
        leave.set()
        holding.join()


def test_info_says_how_much_is_kept_and_for_how_long(run_main: InProcess, path: Path) -> None:
    with open_elsewhere(path):
        shown = run_main("store", "info", "--store", path, "--json", "--keep-days", "30")
        told = json.loads(shown.out)
        lines = run_main("store", "info", "--store", path).out
    assert told["schema_version"] == len(STEPS)
    assert (told["answers"], told["questions"], told["votes"], told["servers"]) == (3, 3, 1, 0)
    assert told["size_bytes"] > 10_000
    assert (told["keep_days"], told["keep_questions"], told["audit_kept_days"]) == (30, False, 365)
    assert told["newest_answer"] == "2031-05-04T12:00:00Z"
    assert told["oldest_audit_entry"] is None
    assert (told["llm_tokens_today"], told["llm_cost_today"]) == (1000, 0.0025)
    assert told["oldest_llm_usage"] == datetime.now(UTC).date().isoformat()
    assert "answers:             3\n" in lines


def test_what_is_kept_of_a_person_is_printed_and_forgotten(run_main: InProcess, path: Path) -> None:
    with open_elsewhere(path):
        printed = run_main("store", "export", "--store", path, "--user", str(ANN))
        exported = json.loads(printed.out)
        assert [answer["question"] for answer in exported["answers"]] == [
            "When does the bridge close?",
            "Another?",
        ]
        assert exported["answers"][0]["server"] == GUILD
        assert list(exported["votes"].values()) == [-1]
        assert exported["usage"][0]["input_tokens"] == 900
        forgotten = run_main("store", "forget", "--store", path, "--user", str(ANN))
        assert forgotten.out == "Forgotten: 2 answers, 1 votes, 0 watches\n"
        again = run_main("store", "forget", "--store", path, "--user", str(ANN), "--json")
        assert json.loads(again.out) == {"answers": 0, "votes": 0, "watches": 0}
    assert json.loads(run_main("store", "info", "--store", path, "--json").out)["answers"] == 1


def test_a_backup_is_restored_once_the_bot_has_stopped(
    run_main: InProcess, path: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.sqlite"
    with open_elsewhere(path):
        assert run_main("store", "backup", backup, "--store", path).code == 0
        refused = run_main("store", "restore", backup, "--store", path)
        assert refused.code == 1
        assert "Another dealbot uses" in refused.complaint
    run_main("store", "forget", "--store", path, "--user", str(ANN))
    assert run_main("store", "restore", backup, "--store", path).code == 0
    assert json.loads(run_main("store", "info", "--store", path, "--json").out)["answers"] == 3


@pytest.mark.parametrize(
    "arguments",
    [("info",), ("backup", "backup"), ("export", "--user", "42"), ("forget", "--user", "42")],
)
def test_where_there_is_no_store_none_is_made(
    run_main: InProcess, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    missing = tmp_path / "missing" / "dealbot.sqlite"
    refused = run_main("store", *arguments, "--store", missing)
    assert refused.code == 1
    assert (
        f"There is no store {missing}: give the path of the bot's store with --store"
        in refused.complaint
    )
    assert not missing.parent.exists()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://ann:hunter2@h/db", "PostgreSQL://ann:hunter2@h/db", "mysql://h/d"]
)
def test_a_copy_takes_no_other_url_for_a_file(
    run_main: InProcess, path: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(tmp_path.rglob("*"))
    for arguments in ((path, url), (url, path)):
        refused = run_main("store", "copy", *arguments)
        assert refused.code == 1
        assert "write postgresql://USER@HOST:PORT/DATABASE" in refused.complaint
        assert "hunter2" not in refused.complaint + refused.err
    assert list(tmp_path.rglob("*")) == before


def test_a_copy_of_no_store_names_its_argument(run_main: InProcess, tmp_path: Path) -> None:
    refused = run_main("store", "copy", tmp_path / "missing", tmp_path / "target")
    assert f"There is no store {tmp_path / 'missing'}: name an existing one" in refused.complaint
    assert "--store" not in refused.complaint


def test_a_store_is_copied_to_a_server_and_back(
    run_main: InProcess, path: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_elsewhere(path):
        assert "Another dealbot uses" in run_main("store", "copy", path, url).complaint
    copied = run_main("store", "copy", path, url)
    assert copied.code == 0
    assert copied.out.endswith("rows of 12 tables; all checksums agree.\n")
    assert "Copying receipts: 3\n" in copied.err
    monkeypatch.setenv("DEALBOT_DATABASE_URL", url)
    told = json.loads(run_main("store", "info", "--json").out)
    assert (told["answers"], told["votes"]) == (3, 1)
    assert told["store"].startswith("postgresql://dealbot@")
    # a file that is named on the command line is meant
    assert run_main("store", "forget", "--user", str(ANN), "--store", path).code == 0
    assert json.loads(run_main("store", "info", "--json").out)["answers"] == 3
    again = run_main("store", "copy", path, url)
    assert "is not empty, it has" in again.complaint
    back = tmp_path / "back.sqlite"
    assert run_main("store", "copy", url, back).code == 0
    assert json.loads(run_main("store", "info", "--store", back, "--json").out)["answers"] == 3


def test_a_store_on_a_server_is_used_by_the_commands(
    run_main: InProcess, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEALBOT_DATABASE_URL", url)
    missing = run_main("store", "info")
    assert missing.code == 1
    assert "There is no store in postgresql://" in missing.complaint
    asyncio.run(fill(SecretStr(url)))
    exported = json.loads(run_main("store", "export", "--user", str(ANN)).out)
    assert len(exported["answers"]) == 2
    assert "answers, 1 votes" in run_main("store", "forget", "--user", str(ANN)).out
    backup = run_main("store", "backup", tmp_path / "backup")
    assert "back it up with pg_dump --schema=dealbot_store" in backup.complaint
    assert "with pg_restore" in run_main("store", "restore", tmp_path / "backup").complaint


def test_a_wrong_url_is_refused_without_its_password(run_main: InProcess) -> None:
    for url in ("mysql://ann:hunter2@host/db", "postgresql://ann:hunter2@host:port/db"):
        refused = run_main("store", "info", "--database-url", url)
        assert refused.code == 1
        assert "database_url" in refused.complaint
        assert "hunter2" not in refused.complaint


@pytest.mark.parametrize("work", ["backup", "restore"])
def test_the_store_is_no_backup_of_itself(run_main: InProcess, path: Path, work: str) -> None:
    refused = run_main("store", work, path, "--store", path)
    assert "is the store itself: name another file" in refused.complaint
    assert json.loads(run_main("store", "info", "--store", path, "--json").out)["answers"] == 3


def test_a_backup_that_is_not_there_is_told(
    run_main: InProcess, path: Path, tmp_path: Path
) -> None:
    refused = run_main("store", "restore", tmp_path / "none", "--store", path)
    assert "There is no file" in refused.complaint
    assert not (tmp_path / "none").exists()
