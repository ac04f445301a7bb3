"""Interrupted writes, backups and migrations of the bot's store."""

# ruff: noqa: ASYNC240 - nothing else runs on this loop
import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.faults.operations import Found, Operation
from bot.store import AuditEntry, ServerSettings, Store
from bot.store.migration import migrate
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile
from bot.store.tables import audit
from bot.store.timestamps import to_text

_NAME, _BACKUP = "store.sqlite", "backup.sqlite"
_GUILD, _WHEN = 1, datetime(2031, 5, 4, 12, tzinfo=UTC)
_BEFORE, _AFTER = 3, 8  # entries in the audit log
# A migration killed between two steps continues from there, and backs up that version too.
_BACKUPS = {f"{_NAME}.{version}.bak" for version in range(1, len(STEPS))}
_BESIDE = {_NAME, f"{_NAME}.lock", _BACKUP, *_BACKUPS}


class Writing:
    """Operation that writes audit entries and settings, then backs the store up. It counts
    acknowledged entries in a file outside the folder, beyond the reach of faults."""

    name = "store"

    def __init__(self, acknowledged: Path) -> None:
        self._acknowledged = acknowledged

    def prepare(self, folder: Path) -> None:
        asyncio.run(_write(folder, range(_BEFORE), self._acknowledged))

    def act(self, folder: Path) -> None:
        self._acknowledged.write_text(f"{_BEFORE}")
        asyncio.run(_write(folder, range(_BEFORE, _AFTER), self._acknowledged))

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        # A power cut may lose the last writes (synchronous = NORMAL), never earlier ones.
        sure = _BEFORE if power_cut else int(self._acknowledged.read_text())
        return _examined(folder, sure)


class Migrating:
    """Operation that migrates a first-schema store by opening it."""

    name = "store migration"

    def prepare(self, folder: Path) -> None:
        asyncio.run(_make_old(folder / _NAME))

    def act(self, folder: Path) -> None:
        asyncio.run(_open(folder / _NAME))

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        backup = folder / f"{_NAME}.1.bak"
        migrated = _version(folder / _NAME) == len(STEPS)
        found = _examined(folder, _BEFORE)
        problems = [*found.problems]
        if migrated and _version(backup) != 1:
            problems.append("it was migrated without a backup")
        return Found("after" if migrated else "before", tuple(problems))


async def _write(folder: Path, numbers: range, acknowledged: Path) -> None:
    async with Store.open(folder / _NAME) as store:
        for number in numbers:
            await store.audit.record(_entry(number))
            acknowledged.write_text(f"{number + 1}")
            await store.settings.change(_GUILD, partial(_settings, number))
    async with SqliteFile.open(folder / _NAME) as database:
        await database.back_up(folder / _BACKUP)


def _settings(number: int, before: ServerSettings) -> ServerSettings:
    return ServerSettings(channels=(number,))


def _entry(number: int) -> AuditEntry:
    # Longer than one page of SQLite.
    return AuditEntry(_WHEN, _GUILD, 7, "rebuild", f"{number} " * 3000, "done")


async def _make_old(path: Path) -> None:
    async with SqliteFile.open(path) as database:
        await migrate(database, STEPS[:1], locked=True)
        await database.use_wal()
        for number in range(_BEFORE):
            entry = {
                "happened": to_text(_WHEN),
                "guild": _GUILD,
                "actor": 7,
                "action": "rebuild",
                "detail": f"{number} " * 3000,
                "outcome": "done",
            }
            await database.run(insert(audit).values(entry))


async def _open(path: Path) -> None:
    async with Store.open(path):
        pass


def _examined(folder: Path, sure: int) -> Found:
    try:
        kept, problems = asyncio.run(_kept(folder)), list[str]()
    except Exception as error:  # any error is a finding
        return Found("before", (f"lost: {error!r}",))
    if kept != list(range(len(kept))):
        problems.append(f"the entries {kept} are kept, and not those between")
    if len(kept) < sure:
        problems.append(f"lost: {len(kept)} entries of {sure} are kept")
    problems += _leftovers(folder)
    return Found("after" if len(kept) == _AFTER else "before", tuple(problems))


async def _kept(folder: Path) -> list[int]:
    """Read the numbers of the audit entries, write to the store and back it up again, and return
    the numbers sorted. Raises ValueError if the backup lacks entries."""
    async with Store.open(folder / _NAME) as store:
        entries = await store.audit.latest(_GUILD, 100)
        await store.settings.change(_GUILD, lambda _: ServerSettings())
    async with SqliteFile.open(folder / _NAME) as database:
        await database.back_up(folder / _BACKUP)
    async with SqliteFile.open(folder / _BACKUP) as database:
        [(copied,)] = await database.run(select(func.count()).select_from(audit))
    if copied != len(entries):
        raise ValueError(f"{copied} of {len(entries)} entries are in the backup")
    return sorted(int(entry.detail.split()[0]) for entry in entries)


def _leftovers(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name not in _BESIDE:
            yield f"{path.name} is left"


def _version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def store_operations(folder: Path) -> list[Operation]:
    """Return the store operations. `folder` holds the count of acknowledged entries; no fault may
    touch it."""
    return [Writing(folder / "acknowledged"), Migrating()]
