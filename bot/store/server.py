"""Store on a PostgreSQL server, for one bot or several at the same time."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr
from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import StoreError
from bot.store.database import PATIENCE_S, Database, rows_of
from bot.store.health import DamagedError
from bot.store.server_schema import SCHEMA
from bot.store.tables import metadata
from index.errors import IndexUnreachableError
from index.postgres.address import Address
from index.postgres.failures import first_line

_CONNECTIONS = 5
_MAINTENANCE_S = 60  # one statement of a command, for which no user waits
_LEAST_SERVER = 150_000
# Notice within half a minute that the server's host is gone.
_PARAMETERS: dict[str, Any] = {
    "application_name": "dealbot",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_VERSION = text(f"SELECT max(step) FROM {SCHEMA}.migrations")
_EXISTS = text(f"SELECT to_regclass('{SCHEMA}.migrations') IS NOT NULL")
_SIZE = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c"
    f" WHERE c.relnamespace = '{SCHEMA}'::regnamespace AND c.relkind = 'r'"
)
# It changes with every transaction that writes, in any database of the server.
_SNAPSHOT = text("SELECT pg_current_snapshot()::text")
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CONTINUE_AUDIT = text(
    f"SELECT setval(pg_get_serial_sequence('{SCHEMA}.audit', 'id'),"
    f" coalesce(max(id), 0) + 1, false) FROM {SCHEMA}.audit"
)
_ONLY_READS = text("SELECT current_setting('transaction_read_only')::bool")


class Server(Database):
    """Connections to a database on a server. Several processes may use it at once."""

    shared = True
    _begin = "BEGIN"
    _begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    @classmethod
    @asynccontextmanager
    async def open(cls, url: SecretStr, *, patient: bool = True) -> AsyncIterator[Self]:
        """Connect to the server. The server itself ends a statement after 3 seconds, or after a
        minute if `patient`. Raises StoreError if the URL is invalid or the server too old."""
        name = shown(url)
        limit_s = _MAINTENANCE_S if patient else PATIENCE_S
        server = cls(_engine(url, limit_s), name)
        try:
            await server._check()
            yield server
        finally:
            await server.close(within_s=PATIENCE_S)

    def insert(self, table: Table) -> postgresql.Insert:
        return postgresql.insert(table)

    async def snapshot(self) -> Hashable:
        [[found]] = await self.run(_SNAPSHOT)
        return str(found)

    async def schema_version(self) -> int:
        [[exists]] = await self.run(_EXISTS)
        if not exists:
            return 0
        [[version]] = await self.run(_VERSION)
        return int(version or 0)

    async def size_bytes(self) -> int:
        [[size]] = await self.run(_SIZE)
        return int(size)

    async def erase(self) -> None:
        """Do nothing: the server's autovacuum reuses the space of deleted rows."""

    async def back_up(self, target: Path) -> None:
        raise StoreError(
            f"{self.name} is on a server: back it up with pg_dump --schema={SCHEMA}, and go back "
            "to it with pg_restore"
        )

    async def take_turns(self, connection: AsyncConnection, name: str) -> None:
        await rows_of(connection, _TAKE_TURNS.bindparams(name=f"{SCHEMA} {name}"))

    async def lock_tables(self, connection: AsyncConnection) -> None:
        tables = ", ".join(f"{SCHEMA}.{table}" for table in metadata.tables)
        await connection.exec_driver_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")

    async def continue_numbers(self, connection: AsyncConnection) -> None:
        await connection.execute(_CONTINUE_AUDIT)

    async def check_writable(self) -> None:
        """Raise StoreError if the server only reads."""
        [[only_reads]] = await self.run(_ONLY_READS)
        if only_reads:
            raise self._only_reads()

    async def _check(self) -> None:
        [[version]] = await self.run(text("SELECT current_setting('server_version_num')::int"))
        if version < _LEAST_SERVER:
            raise StoreError(
                f"{self.name} runs PostgreSQL {version // 10_000}: dealbot needs PostgreSQL 15 or "
                "newer"
            )

    def _check_place(self) -> None:
        """Do nothing: a server that is replaced closes its connections."""

    def _only_reads(self) -> StoreError:
        return StoreError(
            f"{self.name} only reads, as a replica does: set database_url to the primary"
        )

    def _failure(self, error: BaseException) -> StoreError | None:
        if isinstance(error, OSError):
            return self._unreachable(error)
        if not isinstance(error, DBAPIError) or error.orig is None:
            return None
        code = getattr(error.orig, "sqlstate", None) or ""
        if code in _SENTENCES:
            return StoreError(f"{self.name} {_SENTENCES[code].format(first_line(error.orig))}")
        if code == "25006":
            return self._only_reads()
        if code in {"XX001", "XX002"}:
            return DamagedError(f"{self.name} is damaged: restore a backup of the server")
        if code.startswith("53"):  # disk full, out of memory, too many connections
            return StoreError(f"{self.name} is out of resources ({first_line(error.orig)})")
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return self._unreachable(error.orig)
        return None

    def _unreachable(self, error: BaseException) -> StoreError:
        return StoreError(
            f"{self.name} is not reachable ({first_line(error)}): check database_url and that the "
            "server runs"
        )

    def _silent(self) -> StoreError:
        return StoreError(
            f"{self.name} does not answer: the server is busy, or the network to it is slow"
        )


_LACKS = "lacks the tables of the store: restore a backup of the server, or use another database"
_SENTENCES = {
    "42501": "gives its user no right to do this ({}): grant it on the schema "
    f"{SCHEMA}, or use the owner's account",
    "42P01": _LACKS,
    "42703": _LACKS,
    "3F000": _LACKS,
    "57014": "did not answer in time: see what else the server computes, and try again",
    "40P01": "was busy with another write: try again",
    "40001": "was busy with another write: try again",
    "55P03": "was busy with another write: try again",
}


def shown(url: SecretStr) -> str:
    """Return the URL without its password and its parameters. Raises StoreError if it is invalid,
    without the driver's own message, which may repeat the password."""
    try:
        return Address.of(url.get_secret_value()).name
    except IndexUnreachableError:
        raise StoreError(
            "The setting database_url is not a URL of PostgreSQL: write "
            "postgresql://USER@HOST:PORT/DATABASE, with %xx for special characters"
        ) from None


def _engine(url: SecretStr, limit_s: float) -> AsyncEngine:
    conninfo = _with_limits(url.get_secret_value(), limit_s)
    # The driver reads the URL, which may have what only it knows, such as sslmode or a service.
    return create_async_engine(
        "postgresql+psycopg://",
        async_creator=lambda: psycopg.AsyncConnection.connect(conninfo),
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=None,
        pool_pre_ping=True,  # a server that was started anew costs no statement
        hide_parameters=True,  # messages must not contain what users typed
        use_native_hstore=False,
        execution_options={"schema_translate_map": {None: SCHEMA}},
    )


def _with_limits(url: str, limit_s: float) -> str:
    """Add time limits to the parameters of the URL, which are kept. Of several hosts, use the
    primary."""
    given = conninfo_to_dict(url)
    if "," in str(given.get("host", "")):
        given.setdefault("target_session_attrs", "primary")
    limit = f"-c statement_timeout={int(limit_s * 1000)}"
    options = f"{given.get('options') or ''} {limit}".strip()
    return make_conninfo("", **(_PARAMETERS | given | {"options": options}))
