"""A file that fails while the bot runs: reported once, no caller waits for it, and it recovers."""

# ruff: noqa: ASYNC240 - a test has nothing else to do than wait for its files
import asyncio
import logging
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.store import ServerSettings, Store
from bot.store.sqlite_file import SqliteFile
from tests.hang_guard import HANG_S
from tests.store.conftest import GUILD, kept


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.health._CALM_S", 0.0)


@pytest.fixture
def degraded() -> Degradations:
    return Degradations()


@pytest.fixture
async def watched(path: Path, degraded: Degradations) -> AsyncIterator[Store]:
    async with Store.open(path, busy_timeout_s=0.05, degraded=degraded) as store:
        yield store


def file_of(store: Store) -> SqliteFile:
    database = store.receipts._database
    assert isinstance(database, SqliteFile)
    return database


async def keeps(store: Store) -> bool:
    try:
        await store.receipts.add(kept("Why? " * 2000))
    except StoreError:
        return False
    return True


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage().split()[0] for r in caplog.records if r.levelno >= logging.WARNING]


async def test_a_full_disk_is_told_until_there_is_room(
    watched: Store, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that can still be read, but not written, stays degraded."""
    database = file_of(watched)
    pages = await database.pragma("page_count")
    await database.pragma(f"max_page_count = {pages}")
    assert not all([await keeps(watched) for _ in range(30)])
    for _ in range(3):
        assert not await keeps(watched)
        assert await watched.receipts.get("aaaaaaaaaaaa") is None
    [degradation] = degraded.current
    assert (
        "the disk is full: free some space and try again. Answers continue" in degradation.message
    )
    await database.pragma(f"max_page_count = {pages * 1000}")
    assert await keeps(watched)
    assert not degraded.current
    assert told(caplog) == ["degraded,", "store"]


async def test_a_disk_that_takes_every_other_write_is_told_once(
    watched: Store,
    degraded: Degradations,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr("bot.store.health._CALM_S", 10.0)
    database = file_of(watched)
    pages = await database.pragma("page_count")
    for _ in range(3):
        await database.pragma(f"max_page_count = {pages}")
        assert not all([await keeps(watched) for _ in range(9)])
        now += 9
        await watched.values.set("small", "enough")
    assert told(caplog) == ["degraded,"]
    now += 2
    await watched.values.set("small", "enough")
    assert told(caplog) == ["degraded,", "store"]


async def test_a_store_that_can_only_be_read_is_told(
    watched: Store, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    database = file_of(watched)
    await database.pragma("query_only = ON")
    assert not any([await keeps(watched) for _ in range(3)])
    assert "cannot be written" in degraded.current[0].message
    await database.pragma("query_only = OFF")
    assert await keeps(watched)
    assert told(caplog) == ["degraded,", "store"]


async def test_a_store_that_is_locked_is_told_and_nobody_waits_in_line(
    watched: Store, path: Path, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(keeps(watched) for _ in range(50)))
    assert not any(outcomes)
    assert len(degraded.current) == 1
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(HANG_S):
        while not await keeps(watched):  # noqa: ASYNC110 - earlier ones may still wait
            await asyncio.sleep(0.01)
    assert not degraded.current
    assert told(caplog) == ["degraded,", "store"]


async def test_a_disk_that_does_not_answer_holds_up_nobody(
    watched: Store,
    path: Path,
    degraded: Degradations,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = file_of(watched)
    await database.pragma("busy_timeout = 15000")  # longer than the test may take
    monkeypatch.setattr("bot.store.database.PATIENCE_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    late = kept("Late?")
    with pytest.raises(StoreError, match="does not answer"):
        await watched.receipts.add(late)
    monkeypatch.setattr("bot.store.database._LITTLE_PATIENCE_S", 60)
    for _ in range(3):
        # they do not queue behind the one in work
        with pytest.raises(StoreError, match="does not answer"):
            await watched.receipts.get(late.id)
    assert len(degraded.current) == 1
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(HANG_S):
        while database._late:  # noqa: ASYNC110 - no event marks its end
            await asyncio.sleep(0.01)
    assert not degraded.current
    monkeypatch.undo()
    assert await watched.receipts.get(late.id) is not None  # the late statement completed
    assert told(caplog) == ["degraded,", "store"]


async def test_settings_that_were_written_late_apply(
    watched: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.settings._FOLLOW_S", 0.02)
    await file_of(watched).pragma("busy_timeout = 15000")
    monkeypatch.setattr("bot.store.database.PATIENCE_S", 0.05)
    private = ServerSettings(private=True)
    async with watched.settings.followed():
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="does not answer"):
            await watched.settings.change(GUILD, lambda _: private)
        other.close()
        monkeypatch.undo()
        async with asyncio.timeout(HANG_S):
            while watched.settings.get(GUILD) != private:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_what_a_user_writes_has_time_while_the_store_fails(
    watched: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.health._CALM_S", HANG_S)
    await watched.receipts.add(receipt := kept())
    await file_of(watched).pragma("query_only = ON")
    assert not await keeps(watched)
    await file_of(watched).pragma("query_only = OFF")
    monkeypatch.setattr("bot.store.database._LITTLE_PATIENCE_S", 0.0)
    assert await watched.votes.vote(receipt.id, "someone", 1) == 1
    private = ServerSettings(private=True)
    assert await watched.settings.change(GUILD, lambda _: private) == private


@pytest.mark.parametrize("fate", ["removed", "replaced"])
async def test_a_store_that_is_taken_away_is_told_and_not_written_into_nowhere(
    watched: Store,
    path: Path,
    degraded: Degradations,
    caplog: pytest.LogCaptureFixture,
    fate: str,
) -> None:
    assert await keeps(watched)
    if fate == "replaced":
        shutil.copy(path, path.with_name("copy"))
        path.with_name("copy").replace(path)
    else:
        path.unlink()
    assert not any([await keeps(watched) for _ in range(3)])
    assert "was removed or replaced while the bot ran: restart" in degraded.current[0].message
    assert told(caplog) == ["degraded,"]


async def test_damage_is_told_once_and_does_not_pass_by_itself(
    watched: Store, path: Path, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    receipts = [kept(f"Question {number}? " * 300) for number in range(40)]
    for receipt in receipts:
        await watched.receipts.add(receipt)
    database = file_of(watched)
    await database.pragma("wal_checkpoint(TRUNCATE)")
    await database.pragma("cache_size = 0")
    data = bytearray(path.read_bytes())
    with path.open("r+b") as file:  # in place: the inode stays the same
        for page in range(4 * 4096, len(data), 4096):
            file.seek(page)
            file.write(b"\x55" * 4096)
    failures = 0
    for receipt in receipts:
        try:
            await watched.receipts.get(receipt.id)
        except StoreError:
            failures += 1
        assert await database.run(text("SELECT 1")) == [(1,)]
    assert failures
    assert "is damaged" in degraded.current[0].message
    assert told(caplog) == ["degraded,"]


async def test_it_closes_though_a_statement_is_late(
    path: Path, degraded: Degradations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database.PATIENCE_S", 0.01)
    other = sqlite3.connect(":memory:")
    async with Store.open(path, busy_timeout_s=0.3, degraded=degraded) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not await keeps(store)
    other.close()
    async with Store.open(path) as store:
        assert (await store.describe()).answers == 0
