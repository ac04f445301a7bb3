"""What admins did, and how it ended."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Database, Row
from bot.store.timestamps import to_text

_COLUMNS = "id, happened, guild, actor, action, detail, outcome"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`guild` is None for what was done outside of any server. The actor is kept by id: the log
    is there to say who it was."""

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
            "INSERT INTO audit (happened, guild, actor, action, detail, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            to_text(entry.when),
            entry.guild,
            entry.actor,
            entry.action,
            entry.detail,
            entry.outcome,
        )

    async def latest(self, guild: int | None, limit: int) -> list[AuditEntry]:
        """The server's entries, the last recorded first."""
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM audit WHERE guild IS ? ORDER BY id DESC LIMIT ?", guild, limit
        )
        return [entry for row in rows if (entry := _read(row)) is not None]

    async def of_actor(self, actor: int) -> list[AuditEntry]:
        """All that one admin did, in order."""
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM audit WHERE actor = ? ORDER BY id", actor
        )
        return [entry for row in rows if (entry := _read(row)) is not None]

    async def prune(self, older_than: datetime) -> int:
        """Forgets what is older; returns how many that were."""
        old = await self._database.run_in_parts(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE happened < ? LIMIT ?)"
            " RETURNING 1",
            to_text(older_than),
        )
        return len(old)


def _read(row: Row) -> AuditEntry | None:
    number, happened, *rest = row
    try:
        return AuditEntry(datetime.fromisoformat(happened), *rest)
    except ValueError:
        _log.warning("entry %d of the audit log cannot be read", number)
        return None
