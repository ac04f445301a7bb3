"""Audit log: what admins did, and how it ended."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.database import Database, Row
from bot.store.tables import audit, part_of
from bot.store.timestamps import to_text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Entry of the audit log. `guild` is None for an action outside any server. The actor is stored
    by id, not as a hash: the log must say who it was."""

    when: datetime
    guild: int | None
    actor: int
    action: str
    detail: str
    outcome: str


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, entry: AuditEntry) -> None:
        await self._database.run(
            insert(audit).values(
                happened=to_text(entry.when),
                guild=entry.guild,
                actor=entry.actor,
                action=entry.action,
                detail=entry.detail,
                outcome=entry.outcome,
            )
        )

    async def latest(self, guild: int | None, limit: int) -> list[AuditEntry]:
        """Return the server's entries, the last recorded first."""
        rows = await self._database.run(
            select(audit)
            .where(audit.c.guild.is_not_distinct_from(guild))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        return [entry for row in rows if (entry := _read(row)) is not None]

    async def of_actor(self, actor: int) -> list[AuditEntry]:
        """Return all entries of one admin, in the order recorded."""
        rows = await self._database.run(
            select(audit).where(audit.c.actor == actor).order_by(audit.c.id)
        )
        return [entry for row in rows if (entry := _read(row)) is not None]

    async def prune(self, older_than: datetime) -> int:
        """Delete older entries; return how many there were."""
        old = await self._database.run_in_parts(
            delete(audit)
            .where(part_of(audit.c.id, audit.c.happened < to_text(older_than)))
            .returning(audit.c.id)
        )
        return len(old)


def _read(row: Row) -> AuditEntry | None:
    number, happened, *rest = row
    try:
        return AuditEntry(datetime.fromisoformat(happened), *rest)
    except ValueError:
        _log.warning("entry %d of the audit log cannot be read", number)
        return None
