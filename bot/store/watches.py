"""Watched questions, each with the answer that its watcher knows."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.known_answer import KnownAnswer
from bot.store.database import Database, Row
from bot.store.timestamps import to_text

_COLUMNS = (
    "id, created, watcher, guild, channel, question, generation, changed, told, answer, batch,"
    " state"
)
# One statement, so that two requests at once cannot both take the last place.
_ADD = f"""
INSERT INTO watches ({_COLUMNS})
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?2, ?8, NULL, NULL, 'active'
WHERE (SELECT count(*) FROM watches WHERE watcher = ?3) < ?9
    AND (?4 IS NULL OR (SELECT count(*) FROM watches WHERE guild = ?4) < ?10)
    AND NOT EXISTS (SELECT 1 FROM watches WHERE watcher = ?3 AND channel IS ?5 AND question = ?6)
RETURNING 1
"""
_OUTGOING = "(answer IS NOT NULL AND state = 'active') OR state = 'expired'"

_log = logging.getLogger(__name__)


class WatchState(StrEnum):
    """ACTIVE: asked again after each update. PAUSED: its messages cannot be delivered. EXPIRED: it
    ends with a last message."""

    ACTIVE = "active"
    PAUSED = "paused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """Question that a person watches. `channel` is where messages go; None for direct messages.
    `generation` answered it last, and `changed` is when its answer changed last. `told` is the
    answer that the watcher knows, `pending` one that they must still be told. `batch` identifies
    the message that is being sent."""

    id: str
    created: datetime
    watcher: int
    guild: int | None
    channel: int | None
    question: str
    generation: str
    changed: datetime
    told: KnownAnswer
    pending: KnownAnswer | None = None
    batch: str | None = None
    state: WatchState = WatchState.ACTIVE


class Watches:
    """Table of watches, which is also the outbox of their messages: an answer waits in `answer`
    until its message is sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, watch: StoredWatch, *, per_person: int, per_server: int) -> bool:
        """Store a watch. Return False if the person or the server has as many as it may, or the
        person watches the question there already."""
        added = await self._database.run(
            _ADD,
            watch.id,
            to_text(watch.created),
            watch.watcher,
            watch.guild,
            watch.channel,
            watch.question,
            watch.generation,
            watch.told.model_dump_json(),
            per_person,
            per_server,
        )
        return bool(added)

    async def of_watcher(self, watcher: int) -> list[StoredWatch]:
        """Return a person's watches, oldest first."""
        return await self._select("watcher = ?", watcher)

    async def in_server(self, guild: int) -> int:
        """Count the watches of a server."""
        [(count,)] = await self._database.run("SELECT count(*) FROM watches WHERE guild = ?", guild)
        return int(count)

    async def stop(self, watch_id: str, watcher: int) -> bool:
        """Delete a watch of this person; return whether there was one."""
        return bool(
            await self._database.run(
                "DELETE FROM watches WHERE id = ? AND watcher = ? RETURNING 1", watch_id, watcher
            )
        )

    async def due(self, generation: str) -> list[StoredWatch]:
        """Return the active watches that another generation answered last. A watch whose message is
        being sent is not due before that is done."""
        return await self._select(
            "state = 'active' AND batch IS NULL AND generation <> ?", generation
        )

    async def record(
        self, watch: StoredWatch, generation: str, pending: KnownAnswer | None, now: datetime
    ) -> None:
        """Record what a generation answered; `pending` is None if the watcher knows the answer.
        If a message was sent since `watch` was read, change nothing: the answer was compared with
        one that the watcher knew before. The watch stays due."""
        await self._database.run(
            "UPDATE watches SET generation = ?1, answer = ?2,"
            " changed = CASE WHEN ?2 IS NULL THEN changed ELSE ?3 END"
            " WHERE id = ?4 AND batch IS NULL AND (answer IS NULL) = ?5",
            generation,
            pending.model_dump_json() if pending else None,
            to_text(now),
            watch.id,
            watch.pending is None,
        )

    async def expire(self, unchanged_since: datetime) -> bool:
        """End the watches whose answer has not changed since then; return whether there were any.
        Paused ones end without a message."""
        await self._database.run(
            "DELETE FROM watches WHERE changed < ? AND state = 'paused'", to_text(unchanged_since)
        )
        expired = await self._database.run(
            "UPDATE watches SET state = 'expired'"
            " WHERE changed < ? AND answer IS NULL AND state = 'active' RETURNING 1",
            to_text(unchanged_since),
        )
        return bool(expired)

    async def outgoing(self) -> list[StoredWatch]:
        """Return the watches with a message to send, oldest first."""
        return await self._select(_OUTGOING)

    async def begin(self, ids: list[str], batch: str) -> None:
        """Record that these watches go into one message, unless they have none to send any more.
        Call it before sending: after a crash the same message is sent again, under the same
        name."""
        marks = ", ".join("?" * len(ids))
        await self._database.run(
            f"UPDATE watches SET batch = ? WHERE batch IS NULL AND ({_OUTGOING})"
            f" AND id IN ({marks})",
            batch,
            *ids,
        )

    async def in_batch(self, batch: str) -> list[StoredWatch]:
        """Return the watches of one message. What they tell no longer changes."""
        return await self._select("batch = ?", batch)

    async def sent(self, batch: str) -> None:
        """Record that a message arrived: its watchers know the answers, and expired watches end."""
        await self._database.run("DELETE FROM watches WHERE batch = ? AND state = 'expired'", batch)
        await self._database.run(
            "UPDATE watches SET told = coalesce(answer, told), answer = NULL, batch = NULL"
            " WHERE batch = ?",
            batch,
        )

    async def undeliverable(self, batch: str) -> None:
        """Pause the watches of a message that cannot be delivered, and delete the expired ones."""
        await self._database.run("DELETE FROM watches WHERE batch = ? AND state = 'expired'", batch)
        await self._database.run(
            "UPDATE watches SET state = 'paused', batch = NULL WHERE batch = ?", batch
        )

    async def forget_watcher(self, watcher: int) -> int:
        """Delete all watches of a person; return how many there were."""
        return len(
            await self._database.run("DELETE FROM watches WHERE watcher = ? RETURNING 1", watcher)
        )

    async def _select(self, condition: str, *values: object) -> list[StoredWatch]:
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM watches WHERE {condition} ORDER BY created, id", *values
        )
        return [watch for row in rows if (watch := _read(row)) is not None]


def _read(row: Row) -> StoredWatch | None:
    (id_, created, watcher, guild, channel, question, generation, changed, told, answer, *rest) = (
        row
    )
    batch, state = rest
    try:
        return StoredWatch(
            id=id_,
            created=datetime.fromisoformat(created),
            watcher=watcher,
            guild=guild,
            channel=channel,
            question=question,
            generation=generation,
            changed=datetime.fromisoformat(changed),
            told=KnownAnswer.model_validate_json(told),
            pending=None if answer is None else KnownAnswer.model_validate_json(answer),
            batch=batch,
            state=WatchState(state),
        )
    except ValueError as error:
        _log.warning("watch %s cannot be read: %s", id_, type(error).__name__)
        return None
