"""One SQLite file behind async calls, whose failures are told in words.

Every statement is a transaction of its own and runs on the connection's thread, out of reach of
whoever cancels the call: no transaction is ever left open, and no read sees half a write.
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

_NEEDED = (3, 37)  # strict tables; RETURNING came with 3.35
_DAMAGED = "is damaged: put a backup in its place, or move it away to start anew"
_REASONS = {
    sqlite3.SQLITE_BUSY: "is locked by another program: end that and try again",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: make room and try again",
    sqlite3.SQLITE_READONLY: "cannot be written: check who owns it and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it is a file and who owns its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
}
_SAME_AS = {
    sqlite3.SQLITE_LOCKED: sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOTADB: sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_PERM: sqlite3.SQLITE_READONLY,
}

_PART = 500  # rows, which are gone in some milliseconds
# How long an answer waits for a statement, and for one of a store that is in trouble already.
_PATIENCE_S, _LITTLE_PATIENCE_S = 3.0, 0.1

Row = tuple[Any, ...]


class Database:
    """Use as `async with Database.open(path) as database`."""

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
        """Raises StoreError, in words, where the file cannot be used or is damaged."""
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
        """From now on trouble is told there, once, and nobody waits for long: for what answers."""
        self._health = Health(degraded)

    async def run(self, sql: str, *values: object) -> list[Row]:
        """Runs one statement, which is one transaction, and returns its rows. It runs to its end,
        whatever becomes of the caller, who is told where that takes too long; as long as it has
        not ended, so are others."""
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
            work.exception()  # its caller may have left: then nobody else looks at it

    async def run_in_parts(self, sql: str, *values: object) -> list[Row]:
        """Runs a statement on so few rows at a time that nobody waits behind it, until there are
        none left: it has a last value, how many rows at most, and returns one for each."""
        done: list[Row] = []
        while True:
            part = await self.run(sql, *values, _PART)
            done += part
            if len(part) < _PART:
                return done

    async def run_script(self, sql: str) -> None:
        """Runs several statements that bring their own transaction. All of it or, where it
        fails, nothing."""
        with _in_words(self.path):
            try:
                await self._connection.executescript(sql)
            finally:
                # Queued behind the script even where the caller is cancelled; does nothing
                # after a commit.
                await self._connection.rollback()

    async def use_wal(self) -> None:
        """Readers and a writer at once, and one fsync less a write: what a power cut can take is
        the last writes, never the file. Changes the file, which must be known to be ours."""
        await self.run("PRAGMA journal_mode = WAL")
        await self.run("PRAGMA synchronous = NORMAL")

    async def back_up(self, target: Path) -> None:
        """A copy as of one moment, on the disk when this returns, in the place of an older one."""
        beside = target.with_name(f".{target.name}.partial")
        with _in_words(target):
            await asyncio.to_thread(beside.unlink, missing_ok=True)
            await asyncio.to_thread(_make, beside)
            await self._connection.execute_fetchall("VACUUM INTO ?", [str(beside)])
            await asyncio.to_thread(_settle, beside, target)

    async def _prepare(self) -> None:
        # Before the first write, which would only spread the damage.
        damaged = DamagedError(f"{self.path} {_DAMAGED}")
        try:
            if await self.run("PRAGMA quick_check(1)") != [("ok",)]:
                raise damaged
        except sqlite3.Error as error:  # nothing is wrong with this statement
            raise damaged from error
        await self.run("PRAGMA foreign_keys = ON")
        await self.run("PRAGMA secure_delete = ON")  # what is forgotten leaves the file, too


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what people ask is their own business; SQLite's other files follow


def _identity(path: Path) -> tuple[int, int] | None:
    """Of the file that is there now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _settle(beside: Path, target: Path) -> None:
    """SQLite does not bring such a copy to the disk by itself."""
    fsync(beside)
    beside.replace(target)
    fsync(target.parent)


def _storable(value: object) -> object:
    """Half a surrogate pair, which JSON can carry, is no text to SQLite."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turns what a file or a disk does into a StoreError. Other errors of SQLite, a statement
    that is wrong say, are bugs and pass."""
    try:
        yield
    except sqlite3.Error as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise (DamagedError if reason == _DAMAGED else StoreError)(f"{path} {reason}") from error
    except UnicodeDecodeError as error:  # of SQLite's own message, which names a damaged thing
        raise DamagedError(f"{path} {_DAMAGED}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}") from error


def _reason(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Python's own: of this kind it has only text that is not UTF-8, which damage makes.
        damaged = isinstance(error, sqlite3.OperationalError)
        return _DAMAGED if damaged else None
    primary = code & 0xFF  # what is above says in more detail where it happened
    return _REASONS.get(_SAME_AS.get(primary, primary))
