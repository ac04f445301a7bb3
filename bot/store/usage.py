"""What a model has cost, by day: what the caps on it are counted by, over restarts, too."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from bot.generation.ledger import MILLION, Spent
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


class KeptUsage(BaseModel):
    """What a model has read and written for a person on a day."""

    model_config = ConfigDict(frozen=True)

    day: date
    input_tokens: int
    output_tokens: int
    cost: float


class UsageByDay:
    """A ledger. Who asked is kept as a hash, and until the next day: then only the sums count.
    Being forgotten takes back nothing of today, or a cap would hold for nobody who knows that."""

    def __init__(self, database: Database, hasher: Hasher) -> None:
        self._database, self._hasher = database, hasher

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        """By this person, and by all."""
        person = self._hasher.asker(asker)
        [sums] = await self._database.run(_SPENT, day.isoformat(), person)
        return Spent(*sums[:3]), Spent(*sums[3:])

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        """Negative to take back. Once begun it is done, whatever becomes of the caller."""
        await self._database.run(
            _ADD,
            day.isoformat(),
            self._hasher.asker(asker),
            spent.input_tokens,
            spent.output_tokens,
            spent.cost_millionths,
        )

    async def of_asker(self, person: str) -> list[KeptUsage]:
        """All of a person's, by his hash."""
        rows = await self._database.run(
            "SELECT day, input_tokens, output_tokens, cost_millionths FROM usage"
            " WHERE asker = ? ORDER BY day",
            person,
        )
        return [
            KeptUsage(day=day, input_tokens=read, output_tokens=written, cost=cost / MILLION)
            for day, read, written, cost in rows
        ]

    async def forget_askers(self, before: date) -> None:
        """Whose the usage of earlier days was."""
        await self._database.run_in_parts(
            "UPDATE usage SET asker = NULL WHERE rowid IN"
            " (SELECT rowid FROM usage WHERE day < ? AND asker IS NOT NULL LIMIT ?) RETURNING 1",
            before.isoformat(),
        )

    async def prune(self, before: date) -> None:
        """Forgets earlier days."""
        await self._database.run_in_parts(
            "DELETE FROM usage WHERE rowid IN (SELECT rowid FROM usage WHERE day < ? LIMIT ?)"
            " RETURNING 1",
            before.isoformat(),
        )
