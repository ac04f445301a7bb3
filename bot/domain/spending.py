"""Cost of language models, and the caps on it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens, and money in millionths of its unit; integers, so that sums are exact."""

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


class Cap(StrEnum):
    """Cap on the spending of a day, named after its setting."""

    TOKENS_PER_USER = "tokens_per_user_per_day"
    TOKENS = "tokens_per_day"
    COST = "cost_per_day"
