"""Digests that servers' admins have set: where and how often, and what was posted last."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.domain.digests import Every
from bot.store.database import Database, Row
from bot.store.timestamps import to_text

_COLUMNS = "guild, channel, every, hour, due, covered, paused"
_SET = f"""
INSERT INTO digests ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (guild) DO UPDATE SET channel = excluded.channel, every = excluded.every,
    hour = excluded.hour, due = excluded.due, paused = 0
"""

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
        await self._database.run(
            _SET,
            digest.guild,
            digest.channel,
            str(digest.every),
            digest.hour,
            to_text(digest.due),
            to_text(digest.covered),
        )

    async def get(self, guild: int) -> StoredDigest | None:
        rows = await self._database.run(f"SELECT {_COLUMNS} FROM digests WHERE guild = ?", guild)
        return _read(rows[0]) if rows else None

    async def remove(self, guild: int) -> bool:
        """Delete a server's digest; return whether there was one."""
        removed = await self._database.run("DELETE FROM digests WHERE guild = ? RETURNING 1", guild)
        return bool(removed)

    async def due(self, now: datetime) -> list[StoredDigest]:
        """Return the digests that are due and not paused, the longest due first."""
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM digests WHERE due <= ? AND NOT paused ORDER BY due, guild",
            to_text(now),
        )
        return [digest for row in rows if (digest := _read(row)) is not None]

    async def take(self, digest: StoredDigest, following: datetime) -> bool:
        """Take on the post that is due, before it is sent; the one after it is due at `following`.
        Return False if it was taken on or changed meanwhile."""
        taken = await self._database.run(
            "UPDATE digests SET due = ? WHERE guild = ? AND due = ? AND NOT paused RETURNING 1",
            to_text(following),
            digest.guild,
            to_text(digest.due),
        )
        return bool(taken)

    async def give_back(self, digest: StoredDigest, following: datetime) -> None:
        """Make a post due again that was taken on and not sent."""
        await self._database.run(
            "UPDATE digests SET due = ? WHERE guild = ? AND due = ?",
            to_text(digest.due),
            digest.guild,
            to_text(following),
        )

    async def cover(self, guild: int, until: datetime) -> None:
        """Record that everything up to `until` was posted."""
        await self._database.run(
            "UPDATE digests SET covered = ? WHERE guild = ?", to_text(until), guild
        )

    async def pause(self, guild: int, channel: int) -> None:
        """Pause a digest whose channel refuses it, unless an admin chose another one meanwhile."""
        await self._database.run(
            "UPDATE digests SET paused = 1 WHERE guild = ? AND channel = ?", guild, channel
        )


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
