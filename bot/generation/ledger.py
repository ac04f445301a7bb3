"""Ledger of a model's cost by day and person, against which a budget is checked."""

from collections import defaultdict
from datetime import date
from typing import Protocol

from bot.domain.spending import Spent


class Ledger(Protocol):
    """Record of what was spent. Its methods raise StoreError if it cannot be read or written."""

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        """Return what this person spent on the day, and what all people together spent."""

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        """Add to a person's total; a negative amount takes it back. Once begun, the write finishes
        even if the caller is cancelled."""


class MemoryLedger:
    """Ledger in memory, lost when the process ends. It serves a terminal, where the user pays for
    their own requests."""

    def __init__(self) -> None:
        self._days: defaultdict[date, defaultdict[str, Spent]] = defaultdict(
            lambda: defaultdict(Spent)
        )

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        people = self._days[day]
        return people[asker], sum(people.values(), Spent())

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        self._days[day][asker] += spent
