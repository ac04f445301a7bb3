"""Bringing a store to the schema of this program: numbered steps, after a backup."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

from bot.domain.errors import StoreError
from bot.store.database import Database, Row
from bot.store.lock import only_process

_log = logging.getLogger(__name__)


async def migrate(database: Database, steps: Sequence[str], *, locked: bool) -> None:
    """Takes the steps that the file has not taken. `locked` says that the caller holds the lock,
    without which a process at work would find its tables changed. Raises StoreError where the
    file is of a newer program, of another one, or in use."""
    if await known_version(database, steps) < len(steps):
        with nullcontext() if locked else only_process(database.path):
            await _take(database, steps)
    if not _expected(steps) <= set(await database.run(_SCHEMA)):
        raise StoreError(
            f"{database.path} does not have the tables that it should have: put a backup in its "
            "place, or move it away to start anew"
        )


async def _take(database: Database, steps: Sequence[str]) -> None:
    version = await _version(database)  # again: before the lock another process may have begun
    if version == 0 and await database.run(_SCHEMA):
        raise StoreError(
            f"{database.path} belongs to another program: give dealbot a store of its own"
        )
    if 0 < version < len(steps):
        backup = _backup(database.path, str(version))
        await database.back_up(backup)
        _log.info("%s goes to schema %d; %s is as it was", database.path, len(steps), backup)
    for number, step in enumerate(steps[version:], version + 1):
        # A number of our own: a pragma takes no bound values.
        await database.run_script(
            f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;"
        )


async def known_version(database: Database, steps: Sequence[str]) -> int:
    """How many steps the file has taken; raises StoreError where it was made by a newer program."""
    version = await _version(database)
    if version > len(steps):
        raise StoreError(
            f"{database.path} was made by a newer dealbot (its schema is {version}, this program "
            f"knows {len(steps)}): upgrade dealbot, or give it a store of its own"
        )
    return version


def remove_backups(path: Path, older_than: datetime) -> None:
    """Of migrations: they hold what is forgotten in the store. Raises StoreError, in words, where
    one cannot be removed."""
    for backup in path.parent.glob(_backup(path, "*").name):
        try:
            if backup.stat().st_mtime < older_than.timestamp():
                backup.unlink()
        except OSError as error:
            raise StoreError(f"{backup} cannot be removed: {error.strerror}") from error


def _backup(path: Path, version: str) -> Path:
    return path.with_name(f"{path.name}.{version}.bak")


async def _version(database: Database) -> int:
    [(version,)] = await database.run("PRAGMA user_version")
    return int(version)


# Without the SQL: SQLite keeps it as it was written, and rewrites it its own way on an ALTER.
_SCHEMA = """
SELECT made.type, made.name, part.name, part.type, part."notnull", part.pk
FROM sqlite_schema AS made LEFT JOIN pragma_table_info(made.name) AS part
WHERE made.name NOT LIKE 'sqlite_%'
"""


def _expected(steps: Sequence[str]) -> set[Row]:
    memory = sqlite3.connect(":memory:")
    try:
        memory.executescript(";".join(steps))
        return set(memory.execute(_SCHEMA))
    finally:
        memory.close()
