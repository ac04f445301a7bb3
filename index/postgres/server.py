"""Connections to the server of an index, and its failures in words."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeAlias
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composed, Literal
from psycopg_pool import ConnectionPool, PoolTimeout

from index.errors import (
    ExpectedError,
    IndexDamagedError,
    IndexMissingError,
    IndexUnreachableError,
)
from index.postgres.graphs import SEARCH_OPTIONS

_log = logging.getLogger(__name__)
# The pool logs each of its attempts; `Server.read` says once why the server is not reachable.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

Query: TypeAlias = tuple[Composed, Sequence[Any]]
Result: TypeAlias = list[tuple[Any, ...]]

_CONNECT_S = 5
_STATEMENT_S = 10  # one statement of a reader; a question has 20 s
_CONNECTIONS = 4  # one compute thread, and pages that are read meanwhile
_LEAST_SERVER, _LEAST_EXTENSION = 150_000, (0, 8, 2)
_UNREACHABLE = "The index is not reachable at the moment. Try again in a minute"
_REMOVED = "The generation that answers was removed: load the current one by starting again"
_GONE = "SELECT 1 FROM dealbot.generations WHERE number = %s"
_IF_KEPT: LiteralString = (
    "SELECT EXISTS (SELECT FROM dealbot.generations WHERE number = {}), q.* FROM ({}) AS q"
)


class Server:
    """A database with an index. Thread-safe. Reads are in transactions of one snapshot each."""

    def __init__(self, url: str) -> None:
        self.url, self.name = url, shown(url)
        self._pool: ConnectionPool[Connection[Any]] | None = None
        self._failing = False

    def read(self, generation: int | None, *queries: Query) -> list[Result]:
        """Send all queries at once and return their rows, all of one snapshot. Raises
        IndexDamagedError if `generation` was removed meanwhile, and IndexUnreachableError if the
        server does not answer."""
        try:
            found = self._read_again_if_lost(generation, queries)
            self._failing = False
            return found
        except psycopg.Error as error:
            # Users of a bot see the message, so it does not name the server.
            failure = self.failure(error)
            if not self._failing:  # a bot looks for a new generation every two seconds
                _log.warning("%s", failure.user_message)
            self._failing = True
            if isinstance(failure, IndexUnreachableError):
                raise IndexUnreachableError(_UNREACHABLE) from error
            raise failure from error

    def _read_again_if_lost(self, generation: int | None, queries: Sequence[Query]) -> list[Result]:
        try:
            return self._read(generation, queries)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, psycopg.errors.QueryCanceled | PoolTimeout):
                raise
            # The server was started anew: other connections of the pool are lost as well.
            self._opened().check()
            return self._read(generation, queries)

    def _read(self, generation: int | None, queries: Sequence[Query]) -> list[Result]:
        if generation is not None and len(queries) == 1:
            found = self._read_one(generation, *queries[0])
            if found is not None:
                return [found]
        return self._read_all(generation, queries)

    def _read_one(self, generation: int, query: Composed, given: Sequence[Any]) -> Result | None:
        """Send one query, without a transaction: a statement has one snapshot. Return None if there
        is no row, which does not say whether the generation exists."""
        with self._opened().connection() as connection:
            cursor = connection.cursor(binary=True)
            statement = SQL(_IF_KEPT).format(Literal(generation), query)
            found = cursor.execute(statement, given).fetchall()
        if not found:
            return None
        if not found[0][0]:
            raise IndexDamagedError(_REMOVED)
        return [row[1:] for row in found]

    def _read_all(self, generation: int | None, queries: Sequence[Query]) -> list[Result]:
        with (
            self._opened().connection() as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            exists = connection.execute(_GONE, [generation]) if generation is not None else None
            cursors = [
                connection.cursor(binary=True).execute(query, given) for query, given in queries
            ]
            if exists is not None and exists.fetchone() is None:
                raise IndexDamagedError(_REMOVED)
            return [cursor.fetchall() for cursor in cursors]

    @contextmanager
    def writing(self) -> Iterator[Connection[Any]]:
        """Open a connection of its own for a build. Raises an ExpectedError unless the server can
        hold an index."""
        with (
            self._errors(),
            psycopg.connect(self.url, connect_timeout=_CONNECT_S, autocommit=True) as connection,
        ):
            self.check(connection)
            yield connection

    @contextmanager
    def inspecting(self) -> Iterator[Connection[Any]]:
        """Open a connection of its own that only reads."""
        with (
            self._errors(),
            psycopg.connect(self.url, connect_timeout=_CONNECT_S, autocommit=True) as connection,
        ):
            connection.read_only = True
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            yield connection

    def check(self, connection: Connection[Any]) -> None:
        """Raise an ExpectedError if the server is too old."""
        if connection.info.server_version < _LEAST_SERVER:
            raise IndexUnreachableError(
                f"{self.name} runs PostgreSQL {connection.info.server_version // 10_000}: "
                "dealbot needs PostgreSQL 15 or newer"
            )

    def check_extension(self, connection: Connection[Any]) -> None:
        """Raise an ExpectedError if pgvector is missing or too old."""
        found = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        ).fetchone()
        if found is None:
            raise IndexMissingError(
                f"{self.name} lacks the extension pgvector: install it on the server, then run "
                "CREATE EXTENSION vector; in the database as its owner"
            )
        version = tuple(int(part) for part in found[0].split("."))
        if version < _LEAST_EXTENSION:
            raise IndexUnreachableError(
                f"{self.name} has pgvector {found[0]}: dealbot needs 0.8.2 or newer; install it on "
                "the server, then run ALTER EXTENSION vector UPDATE;"
            )

    def _opened(self) -> "ConnectionPool[Connection[Any]]":
        if self._pool is None:
            self._pool = ConnectionPool(
                self.url,
                kwargs={
                    "autocommit": True,
                    "connect_timeout": _CONNECT_S,
                    "options": f"-c statement_timeout={_STATEMENT_S * 1000} {SEARCH_OPTIONS}",
                },
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=_CONNECT_S,
                reconnect_timeout=_CONNECT_S,
                configure=_only_reading,
                open=False,
                name=f"index in {self.name}",
            )
            self._pool.open()
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Convert the failures of the server into ExpectedErrors."""
        try:
            yield
        except ExpectedError:
            raise
        except psycopg.Error as error:
            raise self.failure(error) from error

    def failure(self, error: psycopg.Error) -> ExpectedError:
        """Describe a failure of the server and say what to do."""
        match error:
            case psycopg.errors.QueryCanceled():
                return IndexUnreachableError(
                    f"The index is not reachable: {self.name} did not answer within "
                    f"{_STATEMENT_S} seconds. Try again, or see what else the server computes"
                )
            case psycopg.errors.InsufficientPrivilege():
                return IndexUnreachableError(
                    f"The user of {self.name} has no right to do this ({_first_line(error)}): "
                    "grant it on the schema dealbot, or use the owner's account"
                )
            case psycopg.errors.ReadOnlySqlTransaction():
                return IndexUnreachableError(
                    f"{self.name} only reads, as a replica does: build with the URL of the primary"
                )
            case psycopg.errors.UndefinedTable() | psycopg.errors.InvalidSchemaName():
                return IndexDamagedError(_REMOVED)
            case psycopg.OperationalError() | psycopg.InterfaceError():
                return IndexUnreachableError(
                    f"The index is not reachable: {self.name} ({_first_line(error)}). Check the "
                    "URL and that the server runs"
                )
        return IndexDamagedError(f"{self.name} cannot be read: {_first_line(error)}")


def _only_reading(connection: Connection[Any]) -> None:
    connection.read_only = True
    connection.isolation_level = IsolationLevel.REPEATABLE_READ


def _parts(url: str) -> dict[str, str]:
    """Return the parts of a URL except the password. Raises IndexUnreachableError if it is none:
    the server's own message may repeat the password."""
    try:
        found = conninfo_to_dict(url)
        _ = urlsplit(url).port
    except (psycopg.ProgrammingError, ValueError):
        raise IndexUnreachableError(
            "The address of the index is not a URL of PostgreSQL: write "
            "postgresql://USER@HOST:PORT/DATABASE, with %xx for special characters"
        ) from None
    return {name: str(part) for name, part in found.items() if part and name != "password"}


def shown(url: str) -> str:
    """Return the URL without its password and its parameters."""
    parts = _parts(url)
    user = f"{quote(parts['user'], '')}@" if "user" in parts else ""
    host = quote(parts.get("host", ""), "")
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{user}{host}{port}/{quote(parts.get('dbname', ''), '')}"


def _first_line(error: psycopg.Error) -> str:
    message = str(error).strip() or type(error).__name__
    return message.splitlines()[0].rstrip(".")
