"""Cost of a model by day, stored so that the caps also count across restarts."""

from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ColumnElement, cast, delete, func, select, update

from bot.domain.spending import MILLION, Spent
from bot.store.database import Database
from bot.store.signatures import Hasher
from bot.store.tables import part_of, usage

_AMOUNTS = (usage.c.input_tokens, usage.c.output_tokens, usage.c.cost_millionths)


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
        theirs, all_ = usage.c.asker == person, usage.c.day == day.isoformat()
        sums = [_sum(amount, theirs) for amount in _AMOUNTS]
        sums += [_sum(amount, all_) for amount in _AMOUNTS]
        [spent] = await self._database.run(select(*sums).where(all_))
        return Spent(*spent[:3]), Spent(*spent[3:])

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        """Add to a person's total; a negative amount takes it back. Once begun, the write finishes
        even if the caller is cancelled."""
        added = self._database.insert(usage).values(
            day=day.isoformat(),
            asker=self._hasher.asker(asker),
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cost_millionths=spent.cost_millionths,
        )
        sums = {each.name: each + added.excluded[each.name] for each in _AMOUNTS}
        await self._database.run(
            added.on_conflict_do_update(index_elements=[usage.c.day, usage.c.asker], set_=sums)
        )

    async def of_asker(self, person: str) -> list[StoredUsage]:
        """Return all usage of a person by day; `person` is the hash of their id."""
        rows = await self._database.run(
            select(usage.c.day, *_AMOUNTS).where(usage.c.asker == person).order_by(usage.c.day)
        )
        return [
            StoredUsage(day=day, input_tokens=read, output_tokens=written, cost=cost / MILLION)
            for day, read, written, cost in rows
        ]

    async def forget_askers(self, before: date) -> None:
        """Remove the askers from the usage of earlier days; keep the amounts."""
        await self._database.run_in_parts(
            update(usage)
            .where(part_of(usage.c.rowid, _earlier(before) & usage.c.asker.is_not(None)))
            .values(asker=None)
            .returning(usage.c.rowid)
        )

    async def prune(self, before: date) -> None:
        """Delete the usage of earlier days."""
        await self._database.run_in_parts(
            delete(usage).where(part_of(usage.c.rowid, _earlier(before))).returning(usage.c.rowid)
        )


def _earlier(than: date) -> ColumnElement[bool]:
    return usage.c.day < than.isoformat()


def _sum(amount: ColumnElement[int], of: ColumnElement[bool]) -> ColumnElement[int]:
    # PostgreSQL sums integers up to a decimal number.
    return cast(func.coalesce(func.sum(amount).filter(of), 0), BigInteger)
