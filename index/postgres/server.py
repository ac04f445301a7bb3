"""The server of an index: what is read from replicas and from the primary, and its failures."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from index.errors import ExpectedError, IndexMissingError, IndexUnreachableError
from index.postgres.address import Address, Role
from index.postgres.connections import Connections, GenerationKey, Query, Result, only_reading
from index.postgres.failures import RemovedError, failure, is_lost, no_primary, read_only
from index.traffic import Traffic

_log = logging.getLogger(__name__)

LEAST_SERVER, LEAST_EXTENSION = 150_000, (0, 8, 2)
_UNREACHABLE = "The index is not reachable at the moment. Try again in a minute"


class Server:
    """A database with an index, on one host or several. Thread-safe.

    With several hosts, rows are read from replicas. What a replica does not have yet is read from
    the primary, and so is which generation is current: a reader never goes back to an older
    generation because a replica is late."""

    def __init__(self, url: str) -> None:
        """Parse the URL. Raises IndexUnreachableError if it is not one."""
        self.address = Address.of(url)
        self._readers = Connections(self.address, Role.READER)
        self._primary = self._readers
        if self.address.has_replicas:
            self._primary = Connections(self.address, Role.PRIMARY)
        self._failing = False
        self.traffic = Traffic()

    @property
    def name(self) -> str:
        """URL of the server without its password."""
        return self.address.name

    @property
    def connections(self) -> int:
        """Number of open connections of readers."""
        return sum(each.open for each in {self._readers, self._primary})

    def read(self, generation: GenerationKey | None, *queries: Query) -> list[Result]:
        """Send all queries at once and return their rows, all of one snapshot. Raises
        RemovedError if `generation` was removed meanwhile, and IndexUnreachableError if the server
        does not answer."""
        return self._measured(lambda: self._read(generation, queries))

    def read_newest(self, *queries: Query) -> list[Result]:
        """Read from the primary; from a replica if no primary is reachable. One that is only slow
        takes no reader back to what a late replica has. Raises what `read` raises."""

        def read() -> list[Result]:
            if self._primary is not self._readers:
                try:
                    return self._primary.read(None, queries)
                except psycopg.Error as error:
                    if not is_lost(error):
                        raise
            return self._readers.read(None, queries)

        return self._measured(read)

    def _read(self, generation: GenerationKey | None, queries: tuple[Query, ...]) -> list[Result]:
        try:
            return self._readers.read(generation, queries)
        except (RemovedError, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            if self._primary is self._readers:
                raise
            return self._primary.read(generation, queries)  # the replica is late

    def _measured(self, read: Callable[[], list[Result]]) -> list[Result]:
        started = time.monotonic()
        try:
            found = read()
        except ExpectedError as error:
            self.traffic.failed(error)
            raise
        except psycopg.Error as error:
            described = failure(error, self.name)
            self.traffic.failed(described)
            # Users of a bot see the message, so it does not name the server.
            if not self._failing:  # a bot looks for a new generation every two seconds
                _log.warning("%s", described.user_message)
            self._failing = True
            if isinstance(described, IndexUnreachableError):
                raise IndexUnreachableError(_UNREACHABLE) from error
            raise described from error
        self._failing = False
        self.traffic.served(time.monotonic() - started)
        return found

    @contextmanager
    def writing(self) -> Iterator[Connection[Any]]:
        """Open a connection of its own to the primary, for a build. Raises an ExpectedError unless
        the server can hold an index."""
        try:
            connection = psycopg.connect(
                self.address.conninfo(Role.PRIMARY, options=""), autocommit=True
            )
        except psycopg.Error as error:
            if self.address.has_replicas:
                raise no_primary(error, self.name) from error
            raise failure(error, self.name) from error
        with self._errors(), connection:
            check_server(connection, self.name)
            [[is_replica]] = connection.execute("SELECT pg_is_in_recovery()").fetchall()
            if is_replica:
                raise read_only(self.name)
            yield connection

    @contextmanager
    def inspecting(self) -> Iterator[Connection[Any]]:
        """Open a connection of its own that only reads, to the primary if one is reachable."""
        with self._errors():
            try:
                connection = self._primary.connect()
            except psycopg.OperationalError:
                if self._primary is self._readers:
                    raise
                connection = self._readers.connect()
            with connection:
                only_reading(connection)
                yield connection

    def close(self) -> None:
        for each in {self._readers, self._primary}:
            each.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Convert the failures of the server into ExpectedErrors."""
        try:
            yield
        except psycopg.Error as error:
            raise failure(error, self.name) from error


def check_server(connection: Connection[Any], name: str) -> None:
    """Raise an ExpectedError if the server is too old."""
    if connection.info.server_version < LEAST_SERVER:
        raise IndexUnreachableError(
            f"{name} runs PostgreSQL {connection.info.server_version // 10_000}: "
            "dealbot needs PostgreSQL 15 or newer"
        )


def check_extension(connection: Connection[Any], name: str) -> str:
    """Return the version of pgvector. Raises an ExpectedError if it is missing or too old."""
    found = connection.execute(
        "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
    ).fetchone()
    if found is None:
        raise IndexMissingError(
            f"{name} lacks the extension pgvector: install it on the server, then run "
            "CREATE EXTENSION vector; in the database as its owner"
        )
    version = str(found[0])
    if tuple(int(part) for part in version.split(".")) < LEAST_EXTENSION:
        raise IndexUnreachableError(
            f"{name} has pgvector {version}: dealbot needs 0.8.2 or newer; install it on "
            "the server, then run ALTER EXTENSION vector UPDATE;"
        )
    return version
