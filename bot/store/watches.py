"""Watched questions, each with the answer that its watcher knows."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Delete, delete, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.known_answer import KnownAnswer
from bot.store.database import Database, Row, rows_of
from bot.store.tables import watches
from bot.store.timestamps import to_text

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
        values = {
            "id": watch.id,
            "created": to_text(watch.created),
            "watcher": watch.watcher,
            "guild": watch.guild,
            "channel": watch.channel,
            "question": watch.question,
            "generation": watch.generation,
            "changed": to_text(watch.created),
            "told": watch.told.model_dump_json(),
            "state": str(WatchState.ACTIVE),
        }
        fields = [literal(value, watches.c[name].type) for name, value in values.items()]
        allowed = select(*fields).where(_has_room(watch, per_person, per_server))
        adding = self._database.insert(watches).from_select(list(values), allowed)

        async def add(connection: AsyncConnection) -> list[Row]:
            # Two requests at once must not both take the last place.
            await self._database.take_turns(connection, "watches")
            return await rows_of(connection, adding.returning(watches.c.id))

        return bool(await self._database.transact(add))

    async def of_watcher(self, watcher: int) -> list[StoredWatch]:
        """Return a person's watches, oldest first."""
        return await self._select(watches.c.watcher == watcher)

    async def in_server(self, guild: int) -> int:
        """Count the watches of a server."""
        [(count,)] = await self._database.run(select(_count(watches.c.guild == guild)))
        return int(count)

    async def stop(self, watch_id: str, watcher: int) -> bool:
        """Delete a watch of this person; return whether there was one."""
        theirs = (watches.c.id == watch_id) & (watches.c.watcher == watcher)
        return bool(await self._database.run(_deletion(theirs).returning(watches.c.id)))

    async def due(self, generation: str) -> list[StoredWatch]:
        """Return the active watches that another generation answered last. A watch whose message is
        being sent is not due before that is done."""
        idle = watches.c.batch.is_(None) & (watches.c.generation != generation)
        return await self._select(_is(WatchState.ACTIVE) & idle)

    async def record(
        self, watch: StoredWatch, generation: str, pending: KnownAnswer | None, now: datetime
    ) -> None:
        """Record what a generation answered; `pending` is None if the watcher knows the answer.
        If a message was sent since `watch` was read, change nothing: the answer was compared with
        one that the watcher knew before. The watch stays due."""
        known = watches.c.answer
        as_read = known.is_(None) if watch.pending is None else known.is_not(None)
        values = {"generation": generation, "answer": None}
        if pending is not None:
            values |= {"answer": pending.model_dump_json(), "changed": to_text(now)}
        await self._database.run(
            update(watches)
            .where(watches.c.id == watch.id, watches.c.batch.is_(None), as_read)
            .values(values)
        )

    async def expire(self, unchanged_since: datetime) -> bool:
        """End the watches whose answer has not changed since then; return whether there were any.
        Paused ones end without a message."""
        unchanged = watches.c.changed < to_text(unchanged_since)
        await self._database.run(_deletion(unchanged & _is(WatchState.PAUSED)))
        expired = await self._database.run(
            update(watches)
            .where(unchanged, watches.c.answer.is_(None), _is(WatchState.ACTIVE))
            .values(state=str(WatchState.EXPIRED))
            .returning(watches.c.id)
        )
        return bool(expired)

    async def outgoing(self) -> list[StoredWatch]:
        """Return the watches with a message to send, oldest first."""
        return await self._select(_outgoing())

    async def begin(self, ids: list[str], batch: str) -> None:
        """Record that these watches go into one message, unless they have none to send any more.
        Call it before sending: after a crash the same message is sent again, under the same
        name."""
        await self._database.run(
            update(watches)
            .where(watches.c.batch.is_(None), _outgoing(), watches.c.id.in_(ids))
            .values(batch=batch)
        )

    async def in_batch(self, batch: str) -> list[StoredWatch]:
        """Return the watches of one message. What they tell no longer changes."""
        return await self._select(watches.c.batch == batch)

    async def sent(self, batch: str) -> None:
        """Record that a message arrived: its watchers know the answers, and expired watches end."""
        await self._settle(
            batch,
            told=func.coalesce(watches.c.answer, watches.c.told),
            answer=None,
        )

    async def undeliverable(self, batch: str) -> None:
        """Pause the watches of a message that cannot be delivered, and delete the expired ones."""
        await self._settle(batch, state=str(WatchState.PAUSED))

    async def forget_watcher(self, watcher: int) -> int:
        """Delete all watches of a person; return how many there were."""
        theirs = _deletion(watches.c.watcher == watcher)
        return len(await self._database.run(theirs.returning(watches.c.id)))

    async def _settle(self, batch: str, **values: object) -> None:
        """End the message of a batch: delete its expired watches and change the others."""
        of_batch = watches.c.batch == batch
        await self._database.run(_deletion(of_batch & _is(WatchState.EXPIRED)))
        await self._database.run(update(watches).where(of_batch).values(batch=None, **values))

    async def _select(self, condition: ColumnElement[bool]) -> list[StoredWatch]:
        rows = await self._database.run(
            select(watches).where(condition).order_by(watches.c.created, watches.c.id)
        )
        return [watch for row in rows if (watch := _read(row)) is not None]


def _has_room(watch: StoredWatch, per_person: int, per_server: int) -> ColumnElement[bool]:
    theirs = watches.c.watcher == watch.watcher
    same = watches.c.channel.is_not_distinct_from(watch.channel)
    known = exists().where(theirs, same, watches.c.question == watch.question)
    room = (_count(theirs) < per_person) & ~known
    if watch.guild is None:
        return room
    return room & (_count(watches.c.guild == watch.guild) < per_server)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(watches).where(condition).scalar_subquery()


def _deletion(condition: ColumnElement[bool]) -> Delete:
    return delete(watches).where(condition)


def _is(state: WatchState) -> ColumnElement[bool]:
    return watches.c.state == str(state)


def _outgoing() -> ColumnElement[bool]:
    told = watches.c.answer.is_not(None) & _is(WatchState.ACTIVE)
    return told | _is(WatchState.EXPIRED)


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
