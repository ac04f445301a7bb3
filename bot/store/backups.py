"""Restoring a store from a backup."""

from pathlib import Path

from bot.domain.errors import StoreError
from bot.store.lock import exclusive_lock
from bot.store.migration import known_version
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile


async def restore(backup: Path, path: Path) -> None:
    """Replace the store by a backup. The backup must exist, and be of this schema version or an
    older one; the next opening migrates it. Raises StoreError, and leaves the store unchanged, if
    the backup cannot be used or a process uses the store."""
    with exclusive_lock(path):
        async with SqliteFile.open(backup) as source:
            if not await known_version(source, len(STEPS)):
                raise StoreError(f"{backup} is not a backup of a store")
            await source.back_up(path)
