"""Copy of a store to an empty one, from a file to a server or back."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from sqlalchemy import Column, Table, func, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreError
from bot.store.database import Database, Row
from bot.store.places import StoreMissingError, StorePlace, open_database
from bot.store.tables import PART, metadata, storable
from index.progress import Progress

_NUMBER = "rowid"  # made anew by the target, in the same order


async def copy(source: StorePlace, target: StorePlace, progress: Progress) -> dict[str, int]:
    """Copy all rows as of one moment, in one transaction, and compare them by checksum before it
    ends. Return the number of rows by table. Raises StoreError, and leaves the target empty, if it
    is not empty or anything fails; a process that is killed leaves it empty, too."""
    if source == target:
        raise StoreError("FROM and TO are the same store: name another one")
    if isinstance(source, Path) and not source.exists():
        raise StoreMissingError(f"There is no store {source}: name an existing one as FROM")
    async with (
        open_database(source, exclusive=isinstance(source, Path), create=False) as old,
        open_database(target) as new,
        old.transaction(reading=True) as reading,
        new.transaction() as writing,
    ):
        with new.in_words():
            await new.lock_tables(writing)
        await _check_empty(new, writing)
        copied = {
            table.name: await _copy_table(table, (old, reading), (new, writing), progress)
            for table in metadata.sorted_tables
        }
        with new.in_words():
            await new.continue_numbers(writing)
        return copied


_Side = tuple[Database, AsyncConnection]


async def _check_empty(target: Database, connection: AsyncConnection) -> None:
    for table in metadata.sorted_tables:
        if await _count(table, (target, connection)):
            raise StoreError(
                f"{target.name} is not empty, it has {table.name}: copy to a new file or to a "
                "database without a store"
            )


async def _copy_table(table: Table, source: _Side, target: _Side, progress: Progress) -> int:
    count = await _count(table, source)
    progress.start(f"Copying {table.name}", count)
    names = [column.name for column in _columns(table)]
    read = _Digest()
    async for rows in _parts(table, source):
        read.add(rows)
        with target[0].in_words():
            await target[1].execute(
                insert(table), [dict(zip(names, row, strict=True)) for row in rows]
            )
        progress.advance(len(rows))
    written = _Digest()
    async for rows in _parts(table, target):
        written.add(rows)
    if not read.rows == written.rows == count or read.value != written.value:
        raise StoreError(
            f"The copy of {table.name} in {target[0].name} differs from {source[0].name}: nothing "
            "was copied"
        )
    return count


async def _count(table: Table, side: _Side) -> int:
    with side[0].in_words():
        return (await side[1].execute(select(func.count()).select_from(table))).scalar_one()


async def _parts(table: Table, side: _Side) -> AsyncIterator[list[Row]]:
    """Yield the rows of a table in the order in which they were added, or of their key."""
    columns = _columns(table)
    keys = [table.c[_NUMBER]] if _NUMBER in table.c else list(table.primary_key)
    part = select(*columns, *keys).order_by(*keys).limit(PART)
    rest = part
    while True:
        with side[0].in_words():
            rows = (await side[1].execute(rest)).all()
        if not rows:
            return
        yield [row[: len(columns)] for row in rows]
        last = zip(keys, rows[-1][len(columns) :], strict=True)
        rest = part.where(tuple_(*keys) > tuple_(*(literal(end, key.type) for key, end in last)))


def _columns(table: Table) -> list[Column[object]]:
    return [column for column in table.c if column.name != _NUMBER]


class _Digest:
    """Checksum of rows, the same for a file and a server."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = [_comparable(value) for value in row]
            self._hash.update(json.dumps(values).encode() + b"\n")
        self.rows += len(rows)

    @property
    def value(self) -> bytes:
        return self._hash.digest()


def _comparable(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return storable(value, on_server=True) if isinstance(value, str) else value
