"""SQLite file behind async calls, whose failures become StoreErrors with a readable message.

Every statement is a transaction of its own and runs on the connection's thread. Cancelling the call
does not stop it. No transaction is ever left open, and no read sees half a write.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import aiosqlite

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.store.health import DamagedError, Health, is_read
from index.files.publication import fsync

_NEEDED = (3, 37)  # for STRICT tables; RETURNING needs 3.35
_DAMAGED = "is damaged: restore a backup, or move the file away to start with an empty store"
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

_PART = 500  # rows per statement, which takes some milliseconds
# How long an answer waits for a statement: normally, and while the store is failing.
_PATIENCE_S, _LITTLE_PATIENCE_S = 3.0, 0.1

Row = tuple[Any, ...]


class Database:
    """Connection to one SQLite file. Use as `async with Database.open(path) as database`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection, self.path = connection, path
        self._open = True
        self._health: Health | None = None
        self._file = _identity(path)
        self._working: set[asyncio.Task[list[Row]]] = set()
        self._late: set[asyncio.Task[list[Row]]] = set()

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
        with _in_words(path):
            await asyncio.to_thread(_make, path)
            connection = await aiosqlite.connect(path, isolation_level=None, timeout=busy_timeout_s)
        database = cls(connection, path)
        try:
            await database._prepare()
            yield database
        finally:
            database._open = False
            await connection.close()
            if database._working:
                await asyncio.wait(database._working)

    def watch(self, degraded: Degradations) -> None:
        """Report failures to `degraded` from now on, once per outage, and limit the wait for a
        statement. For the process that answers questions."""
        self._health = Health(degraded)

    async def run(self, sql: str, *values: object) -> list[Row]:
        """Run one statement, which is one transaction, and return its rows. It finishes even if the
        caller is cancelled. After `watch`, a caller waits at most 3 seconds (0.1 while the store
        fails) and then gets a StoreError; until the late statement has ended, all other callers get
        one at once."""
        if not self._open:
            raise StoreError("The store is closed: the program is shutting down")
        if self._health is None:
            return await self._execute(sql, values)
        if self._late:
            raise self._no_answer()
        work = asyncio.create_task(self._execute_watched(self._health, sql, values))
        self._working.add(work)
        work.add_done_callback(self._ended)
        patience_s = _LITTLE_PATIENCE_S if self._health.troubled else _PATIENCE_S
        await asyncio.wait({work}, timeout=patience_s)
        if work.done():
            return work.result()
        self._late.add(work)
        late = self._no_answer()
        self._health.failed(sql, late)
        raise late

    def _no_answer(self) -> StoreError:
        return StoreError(f"{self.path} does not answer: its disk is slow, or it is locked")

    async def _execute_watched(
        self, health: Health, sql: str, values: Sequence[object]
    ) -> list[Row]:
        try:
            if not is_read(sql) and _identity(self.path) != self._file:
                raise StoreError(
                    f"{self.path} was removed or replaced while the bot ran: restart the bot"
                )
            rows = await self._execute(sql, values)
        except StoreError as error:
            health.failed(sql, error)
            raise
        health.worked(sql)
        return rows

    async def _execute(self, sql: str, values: Sequence[object]) -> list[Row]:
        with _in_words(self.path):
            rows = await self._connection.execute_fetchall(sql, [_storable(v) for v in values])
        return [tuple(row) for row in rows]

    def _ended(self, work: asyncio.Task[list[Row]]) -> None:
        self._working.discard(work)
        self._late.discard(work)
        if not work.cancelled():
            work.exception()  # retrieved, in case its caller was cancelled

    async def run_in_parts(self, sql: str, *values: object) -> list[Row]:
        """Run a statement on at most 500 rows at a time until none are left, so that other calls do
        not wait long. Its last value is the row limit, and it returns one row for each row it
        changes. Return all of these rows."""
        done: list[Row] = []
        while True:
            part = await self.run(sql, *values, _PART)
            done += part
            if len(part) < _PART:
                return done

    async def run_script(self, sql: str) -> None:
        """Run several statements that bring their own transaction. If one fails, all are rolled
        back."""
        with _in_words(self.path):
            try:
                await self._connection.executescript(sql)
            finally:
                # Runs after the script even if the caller is cancelled; does nothing after a
                # commit.
                await self._connection.rollback()

    async def use_wal(self) -> None:
        """Switch to write-ahead logging: readers and a writer run at once, and a write needs one
        fsync less. A power cut can lose the last writes, never the file. This changes the file, so
        the caller must know that it is ours."""
        await self.run("PRAGMA journal_mode = WAL")
        await self.run("PRAGMA synchronous = NORMAL")

    async def back_up(self, target: Path) -> None:
        """Copy the database as of one moment to `target`, in place of an older copy. The copy is on
        the disk when this returns."""
        beside = target.with_name(f".{target.name}.partial")
        with _in_words(target):
            await asyncio.to_thread(beside.unlink, missing_ok=True)
            await asyncio.to_thread(_make, beside)
            await self._connection.execute_fetchall("VACUUM INTO ?", [str(beside)])
            await asyncio.to_thread(_settle, beside, target)

    async def _prepare(self) -> None:
        # Check before the first write, which would spread the damage.
        damaged = DamagedError(f"{self.path} {_DAMAGED}")
        try:
            if await self.run("PRAGMA quick_check(1)") != [("ok",)]:
                raise damaged
        except sqlite3.Error as error:  # the statement is correct: the file is not
            raise damaged from error
        await self.run("PRAGMA foreign_keys = ON")
        await self.run("PRAGMA secure_delete = ON")  # deleted data leaves the file, too


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
    beside.replace(target)
    fsync(target.parent)


def _storable(value: object) -> object:
    """Replace lone surrogates, which JSON can contain and SQLite does not accept as text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Convert errors of the file or the disk to StoreErrors. Other SQLite errors, such as a wrong
    statement, are bugs and pass."""
    try:
        yield
    except sqlite3.Error as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise (DamagedError if reason == _DAMAGED else StoreError)(f"{path} {reason}") from error
    except UnicodeDecodeError as error:  # SQLite's own message quotes damaged text
        raise DamagedError(f"{path} {_DAMAGED}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}") from error


def _reason(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Raised by Python: its only OperationalError is for text that is not UTF-8, so damaged.
        damaged = isinstance(error, sqlite3.OperationalError)
        return _DAMAGED if damaged else None
    primary = code & 0xFF  # the higher bits only add detail
    return _REASONS.get(_SAME_AS.get(primary, primary))
