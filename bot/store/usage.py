"""Cost of a model by day, stored so that the caps also count across restarts."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from bot.domain.spending import MILLION, Spent
from bot.store.database import Database
from bot.store.signatures import Hasher

_SPENT = """
SELECT coalesce(sum(input_tokens) FILTER (WHERE asker = ?2), 0),
    coalesce(sum(output_tokens) FILTER (WHERE asker = ?2), 0),
    coalesce(sum(cost_millionths) FILTER (WHERE asker = ?2), 0),
    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
    coalesce(sum(cost_millionths), 0)
FROM usage WHERE day = ?1
"""
_ADD = """
INSERT INTO usage (day, asker, input_tokens, output_tokens, cost_millionths)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (day, asker) DO UPDATE SET input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cost_millionths = cost_millionths + excluded.cost_millionths
"""


class StoredUsage(BaseModel):
    """Tokens that a model has read and written for one person on one day, and their cost."""

    model_config = ConfigDict(frozen=True)

    day: date
    input_tokens: int
    output_tokens: int
    cost: float


class UsageByDay:
    """Ledger in the database. The asker is stored as a hash, and only until the next day; then only
    the sums count. A person who is forgotten keeps today's usage: otherwise everyone could escape
    the cap."""

    def __init__(self, database: Database, hasher: Hasher) -> None:
        self._database, self._hasher = database, hasher

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        """Return what this person spent on the day, and what all people together spent."""
        person = self._hasher.asker(asker)
        [sums] = await self._database.run(_SPENT, day.isoformat(), person)
        return Spent(*sums[:3]), Spent(*sums[3:])

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        """Add to a person's total; a negative amount takes it back. Once begun, the write finishes
        even if the caller is cancelled."""
        await self._database.run(
            _ADD,
            day.isoformat(),
            self._hasher.asker(asker),
            spent.input_tokens,
            spent.output_tokens,
            spent.cost_millionths,
        )

    async def of_asker(self, person: str) -> list[StoredUsage]:
        """Return all usage of a person by day; `person` is the hash of their id."""
        rows = await self._database.run(
            "SELECT day, input_tokens, output_tokens, cost_millionths FROM usage"
            " WHERE asker = ? ORDER BY day",
            person,
        )
        return [
            StoredUsage(day=day, input_tokens=read, output_tokens=written, cost=cost / MILLION)
            for day, read, written, cost in rows
        ]

    async def forget_askers(self, before: date) -> None:
        """Remove the askers from the usage of earlier days; keep the amounts."""
        await self._database.run_in_parts(
            "UPDATE usage SET asker = NULL WHERE rowid IN"
            " (SELECT rowid FROM usage WHERE day < ? AND asker IS NOT NULL LIMIT ?) RETURNING 1",
            before.isoformat(),
        )

    async def prune(self, before: date) -> None:
        """Delete the usage of earlier days."""
        await self._database.run_in_parts(
            "DELETE FROM usage WHERE rowid IN (SELECT rowid FROM usage WHERE day < ? LIMIT ?)"
            " RETURNING 1",
            before.isoformat(),
        )
