"""Reasons why a model wrote nothing usable. The asker does not see an error: they get the quotes,
and a note that these are quotes."""

from bot.domain.models import Trouble
from bot.domain.spending import Cap

# Faults of the endpoint, as opposed to ours or those of a single draft.
FAULTS = frozenset(
    {
        Trouble.UNREACHABLE,
        Trouble.SLOW,
        Trouble.REFUSED,
        Trouble.LIMITED,
        Trouble.FAILED,
        Trouble.GARBLED,
    }
)


class GenerationError(Exception):
    """Failure to generate text. `detail` is for the operators, and may repeat what the endpoint
    said."""

    def __init__(self, reason: Trouble, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason


class OverBudgetError(GenerationError):
    """Refusal of a request whose maximum cost would exceed today's `cap`."""

    def __init__(self, cap: Cap) -> None:
        super().__init__(Trouble.BUDGET, f"llm_{cap} is reached for today")
        self.cap = cap
