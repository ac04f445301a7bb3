"""Putting a backup in the place of the store."""

from pathlib import Path

from bot.domain.errors import StoreError
from bot.store.database import Database
from bot.store.lock import only_process
from bot.store.migration import known_version
from bot.store.schema import STEPS


async def restore(backup: Path, path: Path) -> None:
    """The backup, which must be there, is of this version or an older one: whoever opens the store
    next brings it to this one. Raises StoreError, and leaves the store as it is, where the backup
    cannot be used or a process uses the store."""
    with only_process(path):
        async with Database.open(backup) as source:
            if not await known_version(source, STEPS):
                raise StoreError(f"{backup} is no backup of a store")
            # What a killed bot left of the store that goes would be written into the one that
            # comes. Its other file is only an index of this one.
            for leftover in ("-wal", "-shm"):
                path.with_name(f"{path.name}{leftover}").unlink(missing_ok=True)
            await source.back_up(path)
