"""Migrations: from each released schema, whole or not at all, after a backup."""

# ruff: noqa: ASYNC240 - a test has nothing else to do than wait for its files
import asyncio
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.domain.errors import StoreError
from bot.domain.spending import Spent
from bot.store import Store
from bot.store.migration import migrate
from bot.store.schema import STEPS
from bot.store.signatures import Hasher
from bot.store.sqlite_file import SqliteFile
from tests.store.conftest import GUILD
from tests.store.outside import votes_on

OLD = Path(__file__).parent / "schemas"
WRITABLE = "INSERT INTO facts VALUES ('writable', 'still')"
ADDED = "ALTER TABLE audit ADD COLUMN seen INTEGER NOT NULL DEFAULT 0; CREATE TABLE later (x)"


def make_old(path: Path, version: int) -> None:
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript((OLD / f"{version}.sql").read_text(encoding="utf-8"))
    connection.close()


def read(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_released_step_never_changes() -> None:
    """Each stored schema equals the result of its steps: files already made would not get a
    change."""
    stored = sorted(int(file.stem) for file in OLD.glob("*.sql"))
    assert stored == list(range(1, len(STEPS) + 1))
    for version in stored:
        schemas = []
        for script in ((OLD / f"{version}.sql").read_text(), ";".join(STEPS[:version])):
            connection = sqlite3.connect(":memory:")
            connection.executescript(script)
            sql = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
            schemas.append(connection.execute(sql).fetchall())
            connection.close()
        assert schemas[0] == schemas[1]


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
async def test_a_store_of_each_released_version_opens_with_what_it_holds(
    path: Path, version: int
) -> None:
    make_old(path, version)
    async with Store.open(path) as store:
        receipt = await store.receipts.get("abcdefgh2345")
        assert receipt is not None
        assert receipt.question is not None
        assert receipt.question.question == "When does the bridge close?"
        assert receipt.answer.evidence[0].quote == "closes in May."
        assert await store.receipts.of_message(77) == receipt
        assert await votes_on(store, receipt.id) == (1, 1)
        assert (store.settings.get(GUILD)).channels == (5, 6)
        assert [entry.action for entry in await store.audit.latest(GUILD, 5)] == ["rebuild"]
        assert await store.values.get("commands") == "0a1b"
        assert store.asker(42) == Hasher(b"k" * 32).asker(42)


async def test_what_a_model_cost_is_brought_over_from_schema_3(path: Path) -> None:
    make_old(path, 3)
    async with Store.open(path) as store:
        assert (await store.usage.spent(date(2031, 5, 4), "9"))[1] == Spent(900, 100, 2500)


async def test_an_empty_file_gets_the_schema_and_needs_no_backup(path: Path) -> None:
    path.parent.mkdir()
    path.touch()  # a kill between creating the file and the first step leaves this
    async with Store.open(path):
        pass
    assert read(path, "PRAGMA user_version") == [(len(STEPS),)]
    assert list(path.parent.glob("*.bak")) == []


async def test_a_step_is_taken_after_a_backup_and_keeps_what_is_there(path: Path) -> None:
    make_old(path, 1)
    async with SqliteFile.open(path) as database:
        await migrate(database, (STEPS[0], ADDED), locked=False)
        assert await database.run(text("SELECT action, seen FROM audit")) == [("rebuild", 0)]
        await migrate(database, (STEPS[0], ADDED), locked=False)  # already applied: nothing to do
    backup = path.with_name(f"{path.name}.1.bak")
    assert read(backup, "PRAGMA user_version") == [(1,)]
    assert read(backup, "PRAGMA integrity_check") == [("ok",)]
    assert read(backup, "SELECT action FROM audit") == [("rebuild",)]
    assert backup.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.glob(".*.partial")) == []


async def test_a_step_that_fails_leaves_the_old_schema_whole(path: Path) -> None:
    make_old(path, 1)
    broken = f"{ADDED}; INSERT INTO nowhere VALUES (1)"
    async with SqliteFile.open(path) as database:
        with pytest.raises(OperationalError, match="nowhere"):
            await migrate(database, (STEPS[0], broken), locked=False)
        assert await database.schema_version() == 1
        await database.run(text(WRITABLE))
    assert read(path, "SELECT name FROM sqlite_schema WHERE name = 'later'") == []
    # Read from outside: the write was not part of a transaction that the step left open.
    assert read(path, "SELECT value FROM facts WHERE name = 'writable'") == [("still",)]


async def test_a_migration_that_is_cancelled_is_taken_whole_or_not_at_all(path: Path) -> None:
    make_old(path, 1)
    async with SqliteFile.open(path) as database:
        task = asyncio.create_task(migrate(database, (STEPS[0], ADDED), locked=True))
        backup = path.with_name(f"{path.name}.1.bak")
        while not backup.exists() and not task.done():  # noqa: ASYNC110 - a file sets no event
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        version = await database.schema_version()
        later = await database.run(text("SELECT name FROM sqlite_schema WHERE name = 'later'"))
        assert (version, len(later)) in {(1, 0), (2, 1)}
        await database.run(text(WRITABLE))


async def test_tables_do_not_change_under_a_process_at_work(path: Path) -> None:
    async with Store.open(path), SqliteFile.open(path) as database:
        with pytest.raises(StoreError, match="Another dealbot uses"):
            await migrate(database, (*STEPS, ADDED), locked=False)
        assert await database.schema_version() == len(STEPS)


async def test_a_backup_that_cannot_be_made_stops_the_migration(path: Path) -> None:
    make_old(path, 1)
    path.with_name(f"{path.name}.1.bak").mkdir()
    async with SqliteFile.open(path) as database:
        with pytest.raises(StoreError, match=r"1\.bak cannot be used: Is a directory"):
            await migrate(database, (STEPS[0], ADDED), locked=False)
        assert await database.schema_version() == 1


_ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(i) FROM n"
_MIGRATING = f"""
import asyncio, sys
from pathlib import Path
from bot.store.migration import migrate
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile

async def main():
    async with SqliteFile.open(Path(sys.argv[1])) as database:
        await migrate(database, (*STEPS, "CREATE TABLE later (x); {_ENDLESS}"), locked=False)

asyncio.run(main())
"""


def migrating(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _MIGRATING, str(path)])


async def test_a_migration_that_is_killed_leaves_the_old_schema_which_migrates(path: Path) -> None:
    make_old(path, 1)
    process = migrating(path)
    try:
        while read(path, "PRAGMA user_version") != [(len(STEPS),)]:  # the endless step runs next
            assert process.poll() is None
            await asyncio.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    async with Store.open(path) as store:  # the lock is free, and the half-done step is undone
        assert await store.receipts.get("abcdefgh2345") is not None
    assert read(path, "SELECT name FROM sqlite_schema WHERE name = 'later'") == []
