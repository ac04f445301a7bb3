"""Removal of generations that are no longer kept."""

from typing import Any, LiteralString

from psycopg import Connection

from index.postgres import graphs
from index.postgres.schema import drop_epoch, of_epoch

_REMOVE: tuple[LiteralString, ...] = (
    "DELETE FROM dealbot.{passages} USING dealbot.{articles} "
    "WHERE to_generation <= {oldest} AND {passages}.number >= first_passage "
    "AND {passages}.number < first_passage + passage_count",
    "DELETE FROM dealbot.{sentences} USING dealbot.{closed} "
    "WHERE to_generation <= {oldest} AND {sentences}.number = {closed}.number",
    "DELETE FROM dealbot.{closed} WHERE to_generation <= {oldest}",
    "DELETE FROM dealbot.{articles} WHERE to_generation <= {oldest}",
)


def prune(connection: Connection[Any], keep: int) -> None:
    """Remove all but the newest `keep` generations, but never the current one. An epoch without a
    generation is dropped with its tables; of the others, rows and graphs that no kept generation
    has are removed. The connection must commit each statement."""
    with connection.transaction():
        removed = connection.execute(
            "DELETE FROM dealbot.generations WHERE number < (SELECT min(number) FROM "
            "(SELECT number FROM dealbot.generations ORDER BY number DESC LIMIT %s)) "
            "AND number NOT IN (SELECT number FROM dealbot.current) RETURNING number",
            [keep],
        ).fetchall()
        if not removed:
            return
        epochs = connection.execute(
            "SELECT epoch, (SELECT min(number) FROM dealbot.generations AS g "
            "WHERE g.epoch = e.epoch) FROM dealbot.epochs AS e"
        ).fetchall()
        for epoch, oldest in epochs:
            if oldest is None:
                drop_epoch(connection, epoch)
            else:
                _remove_closed(connection, epoch, oldest)
    graphs.drop_unused(connection)


def _remove_closed(connection: Connection[Any], epoch: int, oldest: int) -> None:
    for statement in _REMOVE:
        connection.execute(of_epoch(statement, epoch, oldest=oldest))
