"""Migration of a SQLite store to this program's schema: numbered steps, after a backup."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import text

from bot.domain.errors import StoreError
from bot.store.database import Database
from bot.store.lock import exclusive_lock
from bot.store.sqlite_file import SqliteFile, partial_copy

_log = logging.getLogger(__name__)


async def migrate(file: SqliteFile, steps: Sequence[str], *, locked: bool) -> None:
    """Apply the steps that the file lacks. `locked` means that the caller holds the lock, without
    which the tables could change under a running process. Raises StoreError if the file is of a
    newer or another program, is in use, or lacks tables."""
    if await known_version(file, len(steps)) < len(steps):
        with nullcontext() if locked else exclusive_lock(file.path):
            await _take(file, steps)
    if not _expected(steps) <= await _schema(file):
        raise StoreError(
            f"{file.path} does not have the expected tables: restore a backup, or move the "
            "file away to start with an empty store"
        )


async def _take(file: SqliteFile, steps: Sequence[str]) -> None:
    # again: another process may have migrated it meanwhile
    version = await file.schema_version()
    if version == 0 and await _schema(file):
        raise StoreError(f"{file.path} belongs to another program: give dealbot a store of its own")
    if 0 < version < len(steps):
        backup = _backup(file.path, str(version))
        await file.back_up(backup)
        _log.info(
            "upgrading %s to schema %d; %s is a copy of it from before",
            file.path,
            len(steps),
            backup,
        )
    for number, step in enumerate(steps[version:], version + 1):
        await file.take_step(step, number)


async def known_version(database: Database, newest: int) -> int:
    """Return how many steps the store has taken. Raises StoreError if a newer program made it."""
    version = await database.schema_version()
    if version > newest:
        raise StoreError(
            f"{database.name} was made by a newer dealbot (its schema is {version}, this program "
            f"knows {newest}): upgrade dealbot, or give it a store of its own"
        )
    return version


def remove_backups(path: Path, older_than: datetime) -> None:
    """Delete older backups of migrations and copies that a kill left half done, because they
    contain what the store has forgotten. Raises StoreError if one cannot be removed."""
    backups = _backup(path, "*")
    names = (backups.name, partial_copy(backups).name, partial_copy(path).name)
    for backup in chain.from_iterable(map(path.parent.glob, names)):
        try:
            if backup.stat().st_mtime < older_than.timestamp():
                backup.unlink()
        except OSError as error:
            raise StoreError(f"{backup} cannot be removed: {error.strerror}") from error


def _backup(path: Path, version: str) -> Path:
    return path.with_name(f"{path.name}.{version}.bak")


# Compare columns, not SQL: SQLite keeps the SQL as written, but rewrites it on an ALTER.
_SCHEMA = """
SELECT made.type, made.name, part.name, part.type, part."notnull", part.pk
FROM sqlite_schema AS made LEFT JOIN pragma_table_info(made.name) AS part
WHERE made.name NOT LIKE 'sqlite_%'
"""


async def _schema(file: SqliteFile) -> set[tuple[object, ...]]:
    return {tuple(row) for row in await file.run(text(_SCHEMA))}


def _expected(steps: Sequence[str]) -> set[tuple[object, ...]]:
    memory = sqlite3.connect(":memory:")
    try:
        memory.executescript(";".join(steps))
        return set(memory.execute(_SCHEMA))
    finally:
        memory.close()
