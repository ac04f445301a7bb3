"""Connections to the hosts of one role, kept for readers."""

import logging
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from typing import Any, LiteralString, NamedTuple, TypeAlias

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Composed, Literal
from psycopg_pool import ConnectionPool

from index.postgres.address import READING, Address, Role
from index.postgres.failures import REMOVED, RemovedError, SilenceError, is_lost
from index.postgres.graphs import SEARCH_OPTIONS

# It logs each attempt and each lost connection; `Server` says once why a read failed.
logging.getLogger("psycopg").setLevel(logging.ERROR)

Query: TypeAlias = tuple[Composed, Sequence[Any]]
Result: TypeAlias = list[tuple[Any, ...]]

MOST = 6  # up to four compute threads, and pages that are read meanwhile
_WAIT_S = 5.0
_RENEWED_S = 600.0  # readers return to a replica that was away
_KEPT: LiteralString = "SELECT FROM dealbot.generations WHERE number = {} AND id = {}"
_IF_KEPT: LiteralString = f"SELECT EXISTS ({_KEPT}), q.* FROM ({{}}) AS q"


class GenerationKey(NamedTuple):
    """A generation on a server. A number alone may be used again after a failover."""

    number: int
    id: str


class Connections:
    """Connections of one role, opened when they are needed. Thread-safe. Reads are in transactions
    of one snapshot each."""

    def __init__(self, address: Address, role: Role) -> None:
        self._address, self._role = address, role
        self._pool: ConnectionPool[Connection[Any]] | None = None
        self._opening = Lock()
        self._refusal: psycopg.Error | None = None
        self._refused_until = 0.0

    @property
    def open(self) -> int:
        """Number of open connections."""
        pool = self._pool
        return pool.get_stats().get("pool_size", 0) if pool else 0

    def read(self, generation: GenerationKey | None, queries: Sequence[Query]) -> list[Result]:
        """Send all queries at once and return their rows, all of one snapshot. A connection that is
        lost is replaced once. Raises RemovedError if the host does not have the generation, and
        psycopg.Error."""
        pool = None
        try:
            pool = self._opened()
            return self._read(pool, generation, queries)
        except SilenceError:
            self._close(pool)  # its other connections go to the same silent host
            raise
        except psycopg.errors.SerializationFailure:
            pass  # a replica gave way to its primary
        except psycopg.Error as error:
            if not is_lost(error):
                raise
            self._close(pool)  # the server was started anew: its other connections are lost as well
        return self._read(self._opened(), generation, queries)

    def _read(
        self,
        pool: "ConnectionPool[Connection[Any]]",
        generation: GenerationKey | None,
        queries: Sequence[Query],
    ) -> list[Result]:
        with (
            pool.connection() as connection,
            _given_up_after(self._address.patience_s, connection),
        ):
            if generation is not None and len(queries) == 1:
                found = _read_one(connection, generation, *queries[0])
                if found is not None:
                    return [found]
            return _read_all(connection, generation, queries)

    def connect(self) -> Connection[Any]:
        """Open a connection of its own."""
        return psycopg.connect(self._address.conninfo(self._role), autocommit=True)

    def _opened(self) -> "ConnectionPool[Connection[Any]]":
        with self._opening:
            if self._pool is None:
                self._try()
                self._pool = ConnectionPool(
                    self._address.conninfo(self._role, f"{READING} {SEARCH_OPTIONS}"),
                    kwargs={"autocommit": True},
                    min_size=1,
                    max_size=MOST,
                    timeout=_WAIT_S,
                    reconnect_timeout=_WAIT_S,
                    max_lifetime=_RENEWED_S,
                    configure=only_reading,
                    open=True,
                    name=f"index in {self._address.name}",
                )
            return self._pool

    def _try(self) -> None:
        """Connect once. Unlike the pool, fail at once and with the reason. After a slow failure,
        fail without an attempt for as long as it took, so that waiting questions do not all wait
        for a host that is gone."""
        started = time.monotonic()
        if self._refusal and started < self._refused_until:
            raise self._refusal.with_traceback(None)
        try:
            self.connect().close()
        except psycopg.Error as error:
            now = time.monotonic()
            self._refusal, self._refused_until = error, 2 * now - started
            raise
        self._refusal = None

    def close(self) -> None:
        """Close all connections. The next read opens others."""
        self._close(self._pool)

    def _close(self, pool: "ConnectionPool[Connection[Any]] | None") -> None:
        """Close the pool, unless another thread has closed it already: the next one is intact."""
        with self._opening:
            if pool is None or pool is not self._pool:
                return
            self._pool = None
        pool.close(0)


def only_reading(connection: Connection[Any]) -> None:
    connection.read_only = True
    connection.isolation_level = IsolationLevel.REPEATABLE_READ


def _read_one(
    connection: Connection[Any], generation: GenerationKey, query: Composed, given: Sequence[Any]
) -> Result | None:
    """Send one query, without a transaction: a statement has one snapshot. Return None if there is
    no row, which does not say whether the generation exists."""
    cursor = connection.cursor(binary=True)
    statement = SQL(_IF_KEPT).format(*map(Literal, generation), query)
    found = cursor.execute(statement, given).fetchall()
    if not found:
        return None
    if not found[0][0]:
        raise RemovedError(REMOVED)
    return [row[1:] for row in found]


def _read_all(
    connection: Connection[Any], generation: GenerationKey | None, queries: Sequence[Query]
) -> list[Result]:
    with connection.pipeline(), connection.transaction():
        kept = None
        if generation is not None:
            kept = connection.execute(SQL(_KEPT).format(*map(Literal, generation)))
        cursors = [connection.cursor(binary=True).execute(query, given) for query, given in queries]
        if kept is not None and kept.fetchone() is None:
            raise RemovedError(REMOVED)
        return [cursor.fetchall() for cursor in cursors]


@contextmanager
def _given_up_after(seconds: float | None, connection: Connection[Any]) -> Iterator[None]:
    """Cut the connection and raise SilenceError if the block takes longer. A frozen host does not
    cancel a late statement, and would hold the compute thread forever."""
    if seconds is None:
        yield
        return
    line, late = socket.socket(fileno=os.dup(connection.fileno())), False

    def cut() -> None:
        nonlocal late
        late = True
        with suppress(OSError):  # closed meanwhile
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.Error as error:
        if late:
            raise SilenceError("the server is silent") from error
        raise
    finally:
        timer.cancel()
        line.close()
