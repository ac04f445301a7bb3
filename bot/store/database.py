"""Database behind async calls, whose failures become StoreErrors with a readable message.

Every call is a transaction of its own. Cancelling the call does not stop it. No transaction is ever
left open, and no read sees half a write.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.store.health import Health
from bot.store.tables import PART

# How long an answer waits for a statement: normally, and while the store is failing.
PATIENCE_S, _LITTLE_PATIENCE_S = 3.0, 0.1

Row: TypeAlias = Sequence[Any]
Upsert: TypeAlias = sqlite.Insert | postgresql.Insert
_Done = TypeVar("_Done")


class Database(ABC):
    """Pool of connections to a database. `name` may be shown to operators."""

    shared: bool  # whether several bots may use it at once
    _begin: str  # statement that begins a transaction that writes
    _begin_reading: str  # statement that begins a transaction that reads one snapshot

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._engine, self.name = engine, name
        self._open = True
        self._health: Health | None = None
        self._working: set[asyncio.Task[Any]] = set()
        self._late: set[asyncio.Task[Any]] = set()

    def watch(self, degraded: Degradations) -> None:
        """Report failures to `degraded` from now on, once per outage, and limit the wait for a
        statement. For the process that answers questions."""
        self._health = Health(degraded)

    async def run(self, statement: Executable, *, by_user: bool = False) -> list[Row]:
        """Run one statement, which is one transaction, and return its rows. It finishes even if the
        caller is cancelled. After `watch`, a caller waits at most 3 seconds (0.1 while the store
        fails) and then gets a StoreError; until the late statement has ended, all other callers get
        one at once. For a write that a user asked for, `by_user`, the wait is always 3 seconds."""

        async def alone() -> list[Row]:
            async with self._engine.connect() as connection:
                return await rows_of(connection, statement)

        return await self._guarded(alone, reading=is_read(statement), by_user=by_user)

    async def transact(
        self, work: Callable[[AsyncConnection], Awaitable[_Done]], *, by_user: bool = False
    ) -> _Done:
        """Run several statements as one transaction that writes, on the same terms as `run`."""

        async def within() -> _Done:
            async with self.transaction() as connection:
                return await work(connection)

        return await self._guarded(within, reading=False, by_user=by_user)

    async def run_many(self, statement: Executable, values: Sequence[dict[str, object]]) -> None:
        """Run a statement with each of the values, as one transaction."""

        async def all_(connection: AsyncConnection) -> None:
            await connection.execute(statement, values)

        if values:
            await self.transact(all_)

    async def run_in_parts(self, statement: Executable) -> list[Row]:
        """Run a statement until it finds nothing more, so that other calls do not wait long. It
        takes at most PART rows at a time and returns one row for each. Return all of these rows."""
        done: list[Row] = []
        while True:
            part = await self.run(statement)
            done += part
            if len(part) < PART:
                return done

    @abstractmethod
    def insert(self, table: Table) -> Upsert:
        """Build an INSERT that has the clauses ON CONFLICT of this database."""

    @abstractmethod
    async def snapshot(self) -> Hashable:
        """Return a value that differs after every change, also by another process."""

    @abstractmethod
    async def schema_version(self) -> int:
        """Return the number of steps that the tables have taken."""

    @abstractmethod
    async def size_bytes(self) -> int:
        """Return the space that the store takes."""

    @abstractmethod
    async def erase(self) -> None:
        """Remove deleted data from the files of the database, where the program can do so. Raises
        StoreError, after some seconds, while another program reads it."""

    @abstractmethod
    async def back_up(self, target: Path) -> None:
        """Copy the database as of one moment to `target`, in place of an older copy. The copy is on
        the disk when this returns. Raises StoreError where the server makes the backups."""

    @abstractmethod
    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        """Wait until no other transaction holds this name, and hold it until the transaction
        ends."""

    @abstractmethod
    async def lock_tables(self, connection: AsyncConnection) -> None:
        """Let no other process write until the transaction ends."""

    @abstractmethod
    async def continue_numbers(self, connection: AsyncConnection) -> None:
        """Number new rows after those that were copied."""

    @abstractmethod
    def _check_place(self) -> None:
        """Raise StoreError if what is written now would be lost."""

    @abstractmethod
    def _failure(self, error: BaseException) -> StoreError | None:
        """Describe a failure of the database; None for a bug, such as a wrong statement."""

    @abstractmethod
    def _silent(self) -> StoreError:
        """Build the error for a database that does not answer in time."""

    @asynccontextmanager
    async def transaction(self, *, reading: bool = False) -> AsyncIterator[AsyncConnection]:
        """Hold a transaction open during the block; roll it back if the block fails or is
        cancelled. The block converts its failures itself, by `in_words`. This is for long work; an
        answer uses `transact`."""
        with self.in_words():
            connection = await self._engine.connect()
        try:
            with self.in_words():
                await connection.exec_driver_sql(self._begin_reading if reading else self._begin)
            yield connection
            with self.in_words():
                await connection.exec_driver_sql("COMMIT")
        except BaseException:
            await _roll_back(connection)
            raise
        finally:
            await connection.close()

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Convert failures of the database to StoreErrors; bugs pass."""
        try:
            yield
        except (SQLAlchemyError, UnicodeDecodeError, OSError) as error:
            failure = self._failure(error)
            if failure is None:
                raise
            raise failure from error

    async def _guarded(
        self, work: Callable[[], Awaitable[_Done]], *, reading: bool, by_user: bool = False
    ) -> _Done:
        if not self._open:
            raise StoreError("The store is closed: the program is shutting down")
        if self._late:
            raise self._silent()
        task = asyncio.create_task(self._watched(work, reading=reading))
        self._working.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=self._patience_s(by_user=by_user))
        if task.done():
            return task.result()
        self._late.add(task)
        late = self._silent()
        # While it fails, the outcome counts: a distant server may take longer than that patience.
        if self._health is not None and not self._health.troubled:
            self._health.failed(late, reading=reading)
        raise late

    def _patience_s(self, *, by_user: bool) -> float | None:
        if self._health is None:
            return None
        return _LITTLE_PATIENCE_S if self._health.troubled and not by_user else PATIENCE_S

    async def _watched(self, work: Callable[[], Awaitable[_Done]], *, reading: bool) -> _Done:
        health = self._health
        try:
            with self.in_words():
                if health is not None and not reading:
                    self._check_place()
                done = await work()
        except StoreError as error:
            if health is not None:
                health.failed(error, reading=reading)
            raise
        if health is not None:
            health.worked(reading=reading)
        return done

    def _ended(self, work: asyncio.Task[Any]) -> None:
        self._working.discard(work)
        self._late.discard(work)
        if not work.cancelled():
            work.exception()  # retrieved, in case its caller was cancelled

    async def close(self, *, within_s: float | None = None) -> None:
        """Refuse new calls and wait for those in work, at most `within_s` seconds."""
        self._open = False
        if self._working:
            await asyncio.wait(set(self._working), timeout=within_s)
        for left in set(self._working):
            left.cancel()
        with suppress(SQLAlchemyError):  # the connection was lost before
            await self._engine.dispose()


async def rows_of(connection: AsyncConnection, statement: Executable) -> list[Row]:
    """Run a statement and return its rows; none if it returns none."""
    result = await connection.execute(statement)
    return list(result) if result.returns_rows else []


async def _roll_back(connection: AsyncConnection) -> None:
    """End a transaction, unless the database did: a full disk makes SQLite roll back by itself."""
    try:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.rollback()
    except Exception:  # whatever the driver raises: the connection cannot be used any more
        await connection.invalidate()


def is_read(statement: Executable) -> bool:
    if statement.is_text:
        return str(statement).lstrip().startswith(("SELECT", "PRAGMA"))
    return statement.is_select
