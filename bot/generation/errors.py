"""Why a model wrote nothing that can be used. None of it reaches an asker as a failure: he gets
the quotes, and is told that it is those."""

from enum import StrEnum

from bot.domain.models import Trouble

# What speaks against the endpoint, and not against us or a single draft.
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
    """`detail` is for those who run the bot, and may repeat what the endpoint said."""

    def __init__(self, reason: Trouble, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason


class Cap(StrEnum):
    """Of what may be spent on a day: by the setting that sets it."""

    TOKENS_PER_USER = "tokens_per_user_per_day"
    TOKENS = "tokens_per_day"
    COST = "cost_per_day"


class OverBudgetError(GenerationError):
    """With this request more could be spent than `cap` allows today."""

    def __init__(self, cap: Cap) -> None:
        super().__init__(Trouble.BUDGET, f"llm_{cap} is reached for today")
        self.cap = cap
