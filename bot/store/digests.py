"""Digests that servers' admins have set: where and how often, and what was posted last."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from bot.domain.digests import Every
from bot.store.database import Database, Row
from bot.store.tables import digests
from bot.store.timestamps import to_text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """Digest of a server, posted in `channel` at `due`. It covers what is new since `covered`. A
    paused one is not posted until an admin sets it again."""

    guild: int
    channel: int
    every: Every
    hour: int
    due: datetime
    covered: datetime
    paused: bool = False


class Digests:
    """Table of digests, one per server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, digest: StoredDigest) -> None:
        """Store a digest, no longer paused. One that the server has already goes on from what it
        covers."""
        added = self._database.insert(digests).values(
            guild=digest.guild,
            channel=digest.channel,
            every=str(digest.every),
            hour=digest.hour,
            due=to_text(digest.due),
            covered=to_text(digest.covered),
            paused=False,
        )
        changed = ("channel", "every", "hour", "due", "paused")
        await self._database.run(
            added.on_conflict_do_update(
                index_elements=[digests.c.guild],
                set_={name: added.excluded[name] for name in changed},
            )
        )

    async def get(self, guild: int) -> StoredDigest | None:
        rows = await self._database.run(select(digests).where(digests.c.guild == guild))
        return _read(rows[0]) if rows else None

    async def remove(self, guild: int) -> bool:
        """Delete a server's digest; return whether there was one."""
        theirs = delete(digests).where(digests.c.guild == guild)
        return bool(await self._database.run(theirs.returning(digests.c.guild)))

    async def due(self, now: datetime) -> list[StoredDigest]:
        """Return the digests that are due and not paused, the longest due first."""
        rows = await self._database.run(
            select(digests)
            .where(digests.c.due <= to_text(now), ~digests.c.paused)
            .order_by(digests.c.due, digests.c.guild)
        )
        return [digest for row in rows if (digest := _read(row)) is not None]

    async def take(self, digest: StoredDigest, following: datetime) -> bool:
        """Claim the due post before it is sent; the next one is due at `following`. Return False if
        the post was claimed or changed meanwhile."""
        taken = await self._database.run(
            update(digests)
            .where(_due(digest.guild, digest.due), ~digests.c.paused)
            .values(due=to_text(following))
            .returning(digests.c.guild)
        )
        return bool(taken)

    async def give_back(self, digest: StoredDigest, following: datetime) -> None:
        """Make a post due again that was claimed and not sent."""
        await self._database.run(
            update(digests).where(_due(digest.guild, following)).values(due=to_text(digest.due))
        )

    async def cover(self, guild: int, until: datetime) -> None:
        """Record that everything up to `until` was posted."""
        await self._database.run(
            update(digests).where(digests.c.guild == guild).values(covered=to_text(until))
        )

    async def pause(self, guild: int, channel: int) -> None:
        """Pause a digest whose channel refuses it, unless an admin chose another one meanwhile."""
        await self._database.run(
            update(digests)
            .where(digests.c.guild == guild, digests.c.channel == channel)
            .values(paused=True)
        )


def _due(guild: int, when: datetime) -> ColumnElement[bool]:
    return (digests.c.guild == guild) & (digests.c.due == to_text(when))


def _read(row: Row) -> StoredDigest | None:
    guild, channel, every, hour, due, covered, paused = row
    try:
        return StoredDigest(
            guild,
            channel,
            Every(every),
            hour,
            datetime.fromisoformat(due),
            datetime.fromisoformat(covered),
            bool(paused),
        )
    except ValueError:
        _log.warning("the digest of the server %d cannot be read", guild)
        return None
