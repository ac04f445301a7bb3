"""Store in a SQLite file, for one bot on one host."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Table, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.domain.errors import StoreError
from bot.store.database import Database, rows_of
from bot.store.health import DamagedError
from index.files.publication import fsync

_NEEDED = (3, 37)  # for STRICT tables; RETURNING needs 3.35
_DAMAGED = "is damaged: restore a backup, or move the file away to start with an empty store"
_BROKEN_SCHEMA = "foreign key mismatch"  # no statement of ours can cause it
_REASONS = {
    sqlite3.SQLITE_BUSY: "is locked by another program: stop that program and try again",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: free some space and try again",
    sqlite3.SQLITE_READONLY: "cannot be written: check who owns it and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it is a file and who owns its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
}
_SAME_AS = {
    sqlite3.SQLITE_LOCKED: sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOTADB: sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_PERM: sqlite3.SQLITE_READONLY,
}
# The changes of this connection, and a number that changes with those of others.
_SNAPSHOT = text("SELECT total_changes(), data_version FROM pragma_data_version")

_COPY = text("VACUUM INTO :target")


class SqliteFile(Database):
    """Connection to one SQLite file. Use as `async with SqliteFile.open(path) as database`."""

    shared = False
    _begin = "BEGIN IMMEDIATE"
    _begin_reading = "BEGIN"

    def __init__(self, engine: AsyncEngine, path: Path) -> None:
        super().__init__(engine, str(path))
        self.path = path
        self._file = _identity(path)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, busy_timeout_s: float = 5.0) -> AsyncIterator[Self]:
        """Open the file; create it if it does not exist. Raises StoreError if the file cannot be
        used or is damaged, or if SQLite is too old."""
        if sqlite3.sqlite_version_info < _NEEDED:
            raise StoreError(
                f"SQLite {sqlite3.sqlite_version} is too old for the store: run a Python that "
                "comes with SQLite 3.37 or newer"
            )
        try:
            await asyncio.to_thread(_make, path)
        except OSError as error:
            raise StoreError(f"{path} cannot be used: {error.strerror}") from error
        database = cls(_engine(path, busy_timeout_s), path)
        try:
            await database._check()
            yield database
        finally:
            await database.close()

    def insert(self, table: Table) -> sqlite.Insert:
        return sqlite.insert(table)

    async def pragma(self, pragma: str) -> Any:
        """Read or set a PRAGMA and return its value; None if it returns none."""
        rows = await self.run(text(f"PRAGMA {pragma}"))
        return rows[0][0] if rows else None

    async def snapshot(self) -> Hashable:
        [row] = await self.run(_SNAPSHOT)
        return tuple(row)

    async def schema_version(self) -> int:
        return int(await self.pragma("user_version"))

    async def size_bytes(self) -> int:
        size = 0
        for file in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(FileNotFoundError):  # the write-ahead log may be absent
                size += file.stat().st_size
        return size

    async def erase(self) -> None:
        # The write-ahead log has the data until this checkpoint, which waits for readers.
        if await self.pragma("wal_checkpoint(TRUNCATE)"):
            raise StoreError(
                f"{self.path}-wal still has deleted data, because another program reads the store: "
                "try again"
            )

    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        """Do nothing: a transaction that writes holds the whole file."""

    async def lock_tables(self, connection: AsyncConnection) -> None:
        """Do nothing: a transaction that writes holds the whole file."""

    async def continue_numbers(self, connection: AsyncConnection) -> None:
        """Do nothing: SQLite takes the highest number."""

    async def take_step(self, step: str, number: int) -> None:
        """Run a step of the schema and record its number. If a statement fails, all are rolled
        back."""

        async def within(connection: AsyncConnection) -> None:
            for statement in _statements(step):
                await connection.exec_driver_sql(statement)
            # A PRAGMA takes no bound values; this number is our own.
            await connection.exec_driver_sql(f"PRAGMA user_version = {number}")

        await self.transact(within)

    async def use_wal(self) -> None:
        """Switch to write-ahead logging: readers and a writer run at once, and a write needs one
        fsync less. A power cut can lose the last writes, never the file. This changes the file, so
        the caller must know that it is ours."""
        await self.pragma("journal_mode = WAL")
        await self.pragma("synchronous = NORMAL")

    async def back_up(self, target: Path) -> None:
        beside = partial_copy(target)

        async def copy() -> None:
            await asyncio.to_thread(beside.unlink, missing_ok=True)
            await asyncio.to_thread(_make, beside)
            try:
                async with self._engine.connect() as connection:
                    await rows_of(connection, _COPY.bindparams(target=str(beside)))
                await asyncio.to_thread(_settle, beside, target)
            except BaseException:
                with suppress(OSError):  # the failure before says more
                    await asyncio.to_thread(beside.unlink, missing_ok=True)
                raise

        try:
            await self._guarded(copy, reading=True)
        except StoreError as error:
            raise self._not_copied(target, error.__cause__) or error from error.__cause__

    def _not_copied(self, target: Path, cause: BaseException | None) -> StoreError | None:
        """Name both files of a copy that failed, because SQLite does not say which it is. None if
        it is the store."""
        failed = f"{self.path} cannot be copied to {target}"
        if isinstance(cause, OSError):
            return StoreError(f"{failed}: {target} cannot be used: {cause.strerror}")
        reason = _reason(cause.orig) if isinstance(cause, DBAPIError) and cause.orig else None
        return None if reason in {None, _DAMAGED} else StoreError(f"{failed}: a file {reason}")

    async def _check(self) -> None:
        """Check the file before the first write, which would spread damage."""
        if await self.pragma("quick_check(1)") != "ok":
            raise DamagedError(f"{self.path} {_DAMAGED}")

    def _check_place(self) -> None:
        if _identity(self.path) != self._file:
            raise StoreError(
                f"{self.path} was removed or replaced while the bot ran: restart the bot"
            )

    def _failure(self, error: BaseException) -> StoreError | None:
        if isinstance(error, DBAPIError):
            return self._failure(error.orig) if error.orig is not None else None
        if isinstance(error, UnicodeDecodeError):  # SQLite's own message quotes damaged text
            return DamagedError(f"{self.path} {_DAMAGED}")
        if isinstance(error, OSError):
            return StoreError(f"{self.path} cannot be used: {error.strerror}")
        reason = _reason(error)
        if reason is None:
            return None
        return (DamagedError if reason == _DAMAGED else StoreError)(f"{self.path} {reason}")

    def _silent(self) -> StoreError:
        return StoreError(f"{self.path} does not answer: its disk is slow, or it is locked")


def _engine(path: Path, busy_timeout_s: float) -> AsyncEngine:
    """Make an engine with one connection, whose thread runs one statement after the other."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path.absolute())),
        connect_args={"timeout": busy_timeout_s},
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=None,
        hide_parameters=True,  # messages must not contain what users typed
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # deleted data leaves the file, too
        cursor.close()

    return engine


def partial_copy(target: Path) -> Path:
    """Name the file in which a copy is made before it gets its name."""
    return target.with_name(f".{target.name}.partial")


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # questions are private; SQLite's other files inherit the mode


def _identity(path: Path) -> tuple[int, int] | None:
    """Return the device and inode of the file that is there now; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _settle(beside: Path, target: Path) -> None:
    """Sync the copy to the disk and move it to its target: SQLite does not sync such a copy."""
    fsync(beside)
    # SQLite would apply the write-ahead log of a killed bot to the copy. The -shm file is only an
    # index of that log.
    for leftover in ("-wal", "-shm"):
        target.with_name(f"{target.name}{leftover}").unlink(missing_ok=True)
    beside.replace(target)
    fsync(target.parent)


def _statements(script: str) -> list[str]:
    """Split a script into its statements; a trigger is one of them."""
    statements, rest = list[str](), ""
    for part in script.split(";"):
        rest += part + ";"
        if sqlite3.complete_statement(rest):
            statements.append(rest)
            rest = ""
    return [*statements, rest] if rest.strip(" \n;") else statements


def _reason(error: BaseException) -> str | None:
    """Return what is wrong with the file; None if the statement is wrong."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Raised by Python: its only OperationalError is for text that is not UTF-8, so damaged.
        return _DAMAGED if isinstance(error, sqlite3.OperationalError) else None
    primary = code & 0xFF  # the higher bits only add detail
    if primary == sqlite3.SQLITE_ERROR and _BROKEN_SCHEMA in str(error):
        return _DAMAGED
    return _REASONS.get(_SAME_AS.get(primary, primary))
