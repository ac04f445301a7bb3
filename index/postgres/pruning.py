"""Removal of generations that are no longer kept."""

from typing import Any

from psycopg import Connection

from index.postgres.schema import drop_epoch, of_epoch


def prune(connection: Connection[Any], keep: int) -> None:
    """Remove all but the newest `keep` generations, but never the current one. An epoch without a
    generation is dropped with its tables; of the others, rows that no kept generation has are
    deleted."""
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


def _remove_closed(connection: Connection[Any], epoch: int, oldest: int) -> None:
    connection.execute(
        of_epoch(
            "DELETE FROM dealbot.{passages} USING dealbot.{articles} "
            "WHERE to_generation <= {oldest} AND {passages}.number >= first_passage "
            "AND {passages}.number < first_passage + passage_count",
            epoch,
            oldest=oldest,
        )
    )
    for table in ("sentences", "articles"):
        statement = f"DELETE FROM dealbot.{{{table}}} WHERE to_generation <= {{oldest}}"
        connection.execute(of_epoch(statement, epoch, oldest=oldest))
