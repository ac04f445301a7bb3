"""Migration of a store on a server to this program's schema, while other processes may use it."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreError
from bot.store.migration import known_version
from bot.store.server import Server
from bot.store.server_schema import SCHEMA, SERVER_STEPS
from bot.store.tables import metadata

_HAS_SCHEMA = text(f"SELECT to_regnamespace('{SCHEMA}') IS NOT NULL")
_CATALOGUE = (
    f"CREATE TABLE IF NOT EXISTS {SCHEMA}.migrations"
    " (step integer PRIMARY KEY, taken timestamptz NOT NULL DEFAULT now())"
)
_TAKEN = text(f"SELECT coalesce(max(step), 0) FROM {SCHEMA}.migrations")
_COLUMNS = text(
    "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
    f" WHERE c.relnamespace = to_regnamespace('{SCHEMA}') AND a.attnum > 0 AND NOT a.attisdropped"
)
_log = logging.getLogger(__name__)


async def migrate_server(server: Server, steps: Mapping[int, Sequence[str]] = SERVER_STEPS) -> None:
    """Apply the steps that the server lacks, in one transaction. Of several processes that start
    at once, one does. Raises StoreError if the store is of a newer program or lacks tables."""
    if await known_version(server, max(steps)) < max(steps):
        await server.check_writable()
        await server.transact(lambda connection: _take(server, connection, steps))
    expected = {(table.name, column.name) for table in metadata.sorted_tables for column in table.c}
    if not expected <= {tuple(row) for row in await server.run(_COLUMNS)}:
        raise StoreError(
            f"{server.name} does not have the expected tables: restore a backup of the server, or "
            f"drop the schema {SCHEMA} to start with an empty store"
        )


async def _take(
    server: Server, connection: AsyncConnection, steps: Mapping[int, Sequence[str]]
) -> None:
    # A step takes as long as its tables need, and a second process waits for the first.
    await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    await server.take_turns(connection, "migration")
    if not (await connection.execute(_HAS_SCHEMA)).scalar_one():  # an admin may have made it
        await connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    await connection.exec_driver_sql(_CATALOGUE)
    taken = (await connection.execute(_TAKEN)).scalar_one()
    if 0 < taken < max(steps):
        _log.info("upgrading %s to schema %d", server.name, max(steps))
    for number in sorted(steps):
        if number <= taken:
            continue
        for statement in steps[number]:
            await connection.exec_driver_sql(statement)
        await connection.execute(
            text(f"INSERT INTO {SCHEMA}.migrations (step) VALUES (:step)").bindparams(step=number)
        )
