"""Place of a store: a file, or a database on a server. Only this module chooses between them; all
others use the class Database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pydantic import SecretStr

from bot.domain.errors import StoreError
from bot.store.database import Database
from bot.store.lock import exclusive_lock
from bot.store.migration import migrate
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile

if TYPE_CHECKING:
    from bot.store.server import Server

# File, or URL of a database on a server, which may contain a password.
StorePlace: TypeAlias = Path | SecretStr


class StoreMissingError(StoreError):
    """There is no store at the place."""


@asynccontextmanager
async def open_database(
    place: StorePlace,
    *,
    exclusive: bool = True,
    create: bool = True,
    busy_timeout_s: float = 5.0,
    patient: bool = True,
) -> AsyncIterator[Database]:
    """Open the database with the tables of this program; make them if there are none and `create`.
    `exclusive` locks a file. `patient` waits a minute for a statement of a server."""
    if isinstance(place, SecretStr):
        async with open_server(place, patient=patient) as server:
            from bot.store.server_migration import migrate_server

            if not create and not await server.schema_version():
                raise StoreMissingError(
                    f"There is no store in {server.name}: start the bot with this database_url, or "
                    "fill it with dealbot store copy"
                )
            if exclusive:
                await server.check_writable()
            await migrate_server(server)
            yield server
        return
    if not create and not place.exists():
        raise StoreMissingError(
            f"There is no store {place}: give the path of the bot's store with --store"
        )
    with exclusive_lock(place) if exclusive else nullcontext():
        async with SqliteFile.open(place, busy_timeout_s=busy_timeout_s) as file:
            await migrate(file, STEPS, locked=exclusive)
            await file.use_wal()
            yield file


@asynccontextmanager
async def open_server(url: SecretStr, *, patient: bool = True) -> "AsyncIterator[Server]":
    """Connect to a server without looking at its tables."""
    try:
        # Imported on demand: a store in a file needs no client of a server.
        from bot.store.server import Server
    except ImportError as error:
        raise StoreError(
            f"The client of PostgreSQL cannot be loaded ({error}). Install it with: "
            "pip install -c constraints.txt '.[postgres]'"
        ) from error
    async with Server.open(url, patient=patient) as server:
        yield server
