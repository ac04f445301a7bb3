"""A store as another program sees it: by its own SQL and its stored bytes."""

import sqlite3
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from sqlalchemy import select

from bot.store import Store, StorePlace
from bot.store.server_schema import SCHEMA
from bot.store.tables import metadata, votes

# Statements that wait for a lock, in any database of the server.
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def execute(place: StorePlace, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows; a `?` stands for each value."""
    if isinstance(place, Path):
        file = sqlite3.connect(place, isolation_level=None)
        try:
            return file.execute(sql, values).fetchall()
        finally:
            file.close()
    with connected(place) as connection:
        cursor = connection.execute(sql.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []


async def votes_on(store: Store, receipt_id: str) -> tuple[int, int]:
    """Count the votes for an answer and those against it."""
    on_it = select(votes.c.vote).where(votes.c.receipt == receipt_id)
    cast = [vote for (vote,) in await store.votes._database.run(on_it)]
    return cast.count(1), cast.count(-1)


def connected(place: StorePlace) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to the server of a store."""
    assert not isinstance(place, Path)
    return psycopg.connect(
        place.get_secret_value(), autocommit=True, options=f"-c search_path={SCHEMA}"
    )


def stored_bytes(place: StorePlace) -> bytes:
    """Return all files of a store, or all rows of a server."""
    if isinstance(place, Path):
        return b"".join(file.read_bytes() for file in place.parent.iterdir())
    with connected(place) as connection:
        tables = [f"SELECT t::text FROM {SCHEMA}.{table} AS t" for table in metadata.tables]
        rows = connection.execute(" UNION ALL ".join(tables)).fetchall()
    return "\n".join(text for (text,) in rows).encode()
