"""An answer that a person knows, kept to see later whether it has changed."""

from pydantic import BaseModel, ConfigDict

from bot.domain.models import Answer


class KnownAnswer(BaseModel):
    """Answer, and the texts of the sentences that were candidates for it, best first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Answer
    candidates: tuple[str, ...] = ()
