"""Connection to the database that coordinates the processes, and its failures in words."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, LiteralString

from pydantic import SecretStr

from bot.domain.errors import SettingsError
from index.errors import ExpectedError

Statement = tuple[LiteralString, Sequence[Any]]  # with its parameters

_CONNECT_S = 2
_STATEMENT_S = 2.0
_LOST_MS = 4000  # a connection ends if data is unconfirmed for longer

# PostgreSQL checks "IF NOT EXISTS" before it takes its locks, so two processes need this one.
LOCK: LiteralString = "SELECT pg_advisory_xact_lock(7305501130)"
_TABLES: tuple[LiteralString, ...] = (
    LOCK,
    "CREATE SCHEMA IF NOT EXISTS dealbot_cluster",
    """
CREATE TABLE IF NOT EXISTS dealbot_cluster.leases (
    name text PRIMARY KEY,
    holder text NOT NULL DEFAULT '',
    expires timestamptz NOT NULL,
    session jsonb,
    drainer text NOT NULL DEFAULT '',
    drained timestamptz NOT NULL DEFAULT '-infinity'
)""",
    """
CREATE TABLE IF NOT EXISTS dealbot_cluster.members (
    name text PRIMARY KEY,
    bot text NOT NULL,
    first_shard integer NOT NULL,
    last_shard integer NOT NULL,
    shard_count integer NOT NULL,
    since timestamptz NOT NULL,
    expires timestamptz NOT NULL
)""",
)


class ClusterError(ExpectedError):
    """Failure of the database that coordinates the processes."""


class ClusterDatabase:
    """One connection, opened when it is needed and again after a failure. No call takes longer
    than a few seconds. Every method raises ClusterError, whose text has no password."""

    def __init__(self, url: SecretStr) -> None:
        try:
            # Imported here: the library is optional.
            import psycopg
        except ImportError as error:
            raise SettingsError(
                "shards is set, but the library is missing: pip install 'dealbot[postgres]'"
            ) from error
        self._psycopg, self._url = psycopg, url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def prepare(self) -> None:
        """Create the tables if there are none."""
        async with self._transaction() as connection:
            for statement in _TABLES:
                await connection.execute(statement)

    async def run(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """Run the statements in one transaction and return the rows of each."""
        rows: list[list[tuple[Any, ...]]] = []
        async with self._transaction() as connection:
            for statement, given in statements:
                cursor = await connection.execute(statement, given)
                rows.append(await cursor.fetchall() if cursor.description else [])
        return rows

    async def close(self) -> None:
        async with self._one_at_a_time:
            await self._close()

    async def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(self._psycopg.Error):
                await connection.close()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Any]:
        try:
            async with asyncio.timeout(_CONNECT_S + _STATEMENT_S), self._one_at_a_time:
                try:
                    if self._connection is None:
                        self._connection = await self._connect()
                    async with asyncio.timeout(_STATEMENT_S), self._connection.transaction():
                        yield self._connection
                except BaseException:  # the server may still work on the statement
                    await self._close()
                    raise
        except (self._psycopg.Error, OSError, TimeoutError) as error:
            raise ClusterError(self._told(error)) from None

    async def _connect(self) -> Any:
        return await self._psycopg.AsyncConnection.connect(
            self._url.get_secret_value(),
            autocommit=True,
            connect_timeout=_CONNECT_S,
            tcp_user_timeout=_LOST_MS,
            options=f"-c statement_timeout={int(_STATEMENT_S * 1000)}",
        )

    def _told(self, error: Exception) -> str:
        errors = self._psycopg.errors
        match error:
            case TimeoutError():
                said = "it did not answer in time"
            case errors.InsufficientPrivilege():
                said = "its user may not use the schema dealbot_cluster: grant it, or use the owner"
            case errors.ReadOnlySqlTransaction():
                said = "it only reads, as a replica does: use the URL of the primary"
            case errors.UndefinedTable():
                said = "it has no tables of the bots yet: dealbot run creates them"
            case _:
                said = "check the URL and that the server runs"
        return f"The database that coordinates the bots fails ({type(error).__name__}): {said}"
