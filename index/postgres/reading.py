"""Notes on reading the articles of a generation on a server."""

from collections.abc import Iterable, Iterator
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Literal

from index.postgres.catalogue import Contents
from index.postgres.schema import FOREVER
from index.stores.reading_notes import ReadingNotes, line_of, notes_of

_NUMBER: LiteralString = "SELECT number FROM dealbot.generations WHERE id = %s"
_VALID: LiteralString = "SELECT number, notes FROM dealbot.reading WHERE to_generation = {forever}"
_CLOSE: LiteralString = (
    "UPDATE dealbot.reading SET to_generation = {generation} WHERE number = ANY(%s)"
)
_ADD: LiteralString = (
    "COPY dealbot.reading (id, notes, from_generation, to_generation) FROM STDIN (FORMAT BINARY)"
)
_OF_GENERATION: LiteralString = (
    "SELECT notes FROM dealbot.reading WHERE from_generation <= %s AND %s < to_generation"
)
_REMOVE: LiteralString = (
    "DELETE FROM dealbot.reading WHERE to_generation <= "
    "(SELECT min(number) FROM dealbot.generations)"
)


def write_notes(
    connection: Connection[Any], generation: str, notes: Iterable[ReadingNotes]
) -> None:
    """Write the notes that changed with a new generation, in the transaction of the caller."""
    [[number]] = connection.execute(_NUMBER, [generation]).fetchall()
    found = connection.execute(SQL(_VALID).format(forever=Literal(FOREVER)), binary=True)
    gone = {bytes(each): row for row, each in found}
    new = [(each.id, line) for each in notes if gone.pop(line := line_of(each), None) is None]
    connection.execute(SQL(_CLOSE).format(generation=Literal(number)), [list(gone.values())])
    with connection.cursor() as cursor, cursor.copy(_ADD) as copy:
        copy.set_types(["bytea", "bytea", "int4", "int4"])
        for article_id, line in new:
            copy.write_row((article_id.encode(), line, number, FOREVER))


def remove_notes(connection: Connection[Any]) -> None:
    """Remove the notes that no kept generation has."""
    connection.execute(_REMOVE)


def read_notes(contents: Contents, article_id: str | None = None) -> Iterator[ReadingNotes]:
    """Yield the notes of a generation, or those of one article, in the order of their writing."""
    given: list[Any] = [contents.number, contents.number]
    query = _OF_GENERATION
    if article_id is not None:
        query += " AND id = %s"
        given.append(article_id.encode())
    [found] = contents.read((SQL(query + " ORDER BY number").format(), given))
    yield from (notes_of(line) for [line] in found)
