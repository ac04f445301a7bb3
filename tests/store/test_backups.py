"""Backups: whole despite concurrent writes, and restored unchanged."""

# ruff: noqa: ASYNC240 - a test has nothing else to do than wait for its files
import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.domain.errors import StoreError
from bot.store import Store
from bot.store.backups import restore
from tests.store.conftest import kept
from tests.store.test_store import kill, writer


async def test_a_backup_during_writes_is_whole_and_opens(path: Path) -> None:
    process = writer(path)
    assert process.stdout is not None
    try:
        before = [await asyncio.to_thread(process.stdout.readline) for _ in range(20)]
        backups = [path.parent / f"{number}.bak" for number in range(5)]
        async with Store.open(path, exclusive=False) as store:  # as the command opens it
            for backup in backups:
                await store.back_up(backup)
                before.append(await asyncio.to_thread(process.stdout.readline))
    finally:
        kill(process)
    for number, backup in enumerate(backups):
        connection = sqlite3.connect(backup)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        async with Store.open(backup) as store:
            for line in before[: 20 + number]:  # written before the backup began
                assert await store.receipts.get(line) is not None
                assert (await store.describe()).answers >= 20 + number


async def test_a_backup_comes_back_as_it_was_over_what_a_killed_bot_left(path: Path) -> None:
    backup, old = path.parent / "backup", kept("Old?")
    async with Store.open(path, keep_questions=True) as store:
        await store.receipts.add(old)
        hashed = store.asker(42)
        await store.back_up(backup)
    process = writer(path)
    assert process.stdout is not None
    lost = await asyncio.to_thread(process.stdout.readline)
    with pytest.raises(StoreError, match="Another dealbot uses"):
        await restore(backup, path)
    kill(process)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    await restore(backup, path)
    async with Store.open(path, keep_questions=True) as store:
        assert await store.receipts.get(old.id) == old
        assert await store.receipts.get(lost) is None
        assert store.asker(42) == hashed
    assert path.stat().st_mode & 0o777 == 0o600


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 8 KiB meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_backup_that_does_not_fit_leaves_all_that_was_there(path: Path) -> None:
    backup = path.parent / "backup"
    async with Store.open(path) as store:
        await store.back_up(backup)
    process = writer(path)
    assert process.stdout is not None
    latest = await asyncio.to_thread(process.stdout.readline)
    kill(process)
    with full_disk(), pytest.raises(StoreError) as raised:
        await restore(backup, path)
    assert f"{backup} cannot be copied to {path}: a file cannot be" in raised.value.user_message
    assert list(path.parent.glob(".*")) == []
    async with Store.open(path) as store:
        assert await store.receipts.get(latest) is not None


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("", "is not a backup of a store"),
        ("PRAGMA user_version = 99", "made by a newer dealbot"),
        (None, "is damaged"),
    ],
)
async def test_what_cannot_be_restored_leaves_the_store(
    path: Path, damage: str | None, told: str
) -> None:
    receipt, backup = kept(), path.parent / "backup"
    async with Store.open(path, keep_questions=True) as store:
        await store.receipts.add(receipt)
    if damage is None:
        backup.write_bytes(b"no database" * 1000)
    else:
        connection = sqlite3.connect(backup)
        connection.execute("CREATE TABLE other (x)")
        connection.execute(damage)
        connection.close()
    with pytest.raises(StoreError, match=told):
        await restore(backup, path)
    async with Store.open(path, keep_questions=True) as store:
        assert await store.receipts.get(receipt.id) == receipt
