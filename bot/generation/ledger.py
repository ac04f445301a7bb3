"""What a model has cost, by day and person: the book that a budget is kept in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens, and money in millionths of its unit: whole numbers, whose sums are exact."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_millionths: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> float:
        return self.cost_millionths / MILLION

    def __add__(self, other: Self) -> "Spent":
        return Spent(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_millionths + other.cost_millionths,
        )

    def __neg__(self) -> "Spent":
        return Spent(-self.input_tokens, -self.output_tokens, -self.cost_millionths)


class Ledger(Protocol):
    """Raises StoreError where it cannot be read or written."""

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        """By this person, and by all."""

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        """Negative to take back. Once begun it is done, whatever becomes of the caller."""


class MemoryLedger:
    """For as long as the process lives: who asks at a terminal pays for himself."""

    def __init__(self) -> None:
        self._days: defaultdict[date, defaultdict[str, Spent]] = defaultdict(
            lambda: defaultdict(Spent)
        )

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        people = self._days[day]
        return people[asker], sum(people.values(), Spent())

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        self._days[day][asker] += spent
