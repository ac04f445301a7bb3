"""What happens to questions, stage by stage: a line in the log each, under the question's id."""

import logging
from collections.abc import Sequence

from bot.answering.pipeline import Timings
from bot.domain.models import Answer, Status, Writing
from bot.generation.errors import Cap
from bot.generation.ledger import Spent
from bot.monitoring.logs import handled_for_s, question_id
from index.errors import ExpectedError

_OF_DISCORD = {"discord", "aiohttp"}

_log = logging.getLogger("bot.questions")


class Observer:
    """Is told of every stage, on the event loop. Stages are logged at INFO, without what was asked
    unless `log_questions`. `Metrics` counts them, too."""

    def __init__(self, *, log_questions: bool = False) -> None:
        self._log_questions = log_questions

    def arrived(self, way: str, question: str) -> None:
        """Somebody asked, by a command or in a message."""
        _tell("arrived", way=way, **({"text": question} if self._log_questions else {}))

    def queued(self, waiting: int) -> None:
        """It waits for its turn, or joined the same question in work; `waiting` wait in all."""
        _tell("queued", waiting=waiting)

    def taken(self, size: int, questions: Sequence[str], waited_s: Sequence[float]) -> None:
        """A batch of `size` distinct questions is computed, for these, who waited so long."""
        _tell("batch", size=size, questions=list(questions))

    def computed(self, timings: Timings) -> None:
        """An answer was computed, for one or for several who asked the same."""

    def answered(self, answer: Answer, elapsed_s: float) -> None:
        """It has its answer, so long after it was queued; an abstention is one."""
        stage = "answered" if answer.status is Status.ANSWERED else "abstained"
        _tell(stage, elapsed_ms=round(elapsed_s * 1000, 1), confidence=answer.confidence)

    def spent(self, spent: Spent) -> None:
        """A model has read and written for somebody, or may have: what was reserved for it."""
        _tell(
            "generated",
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cost=spent.cost,
        )

    def over_budget(self, cap: Cap) -> None:
        """A model was not asked, for that could have cost more than the cap allows."""
        _tell("over_budget", cap=cap)

    def written(self, writing: Writing, elapsed_s: float) -> None:
        """A model has written an answer, or not, within so long; of several who asked the same at
        once, for each."""
        _tell(
            "written",
            sentences=writing.sentences,
            verified=writing.verified,
            trouble=writing.trouble or "none",
            elapsed_ms=round(elapsed_s * 1000, 1),
        )

    def refused(self, error: Exception) -> None:
        """Somebody got a refusal or a failure told instead of what was wanted."""
        _tell(
            "refused" if isinstance(error, ExpectedError) else "failed",
            reason=reason_of(type(error)),
        )

    def delivered(self, render_s: float, deliver_s: float) -> None:
        """The answer is on Discord: rendering and sending it took so long."""
        _tell("delivered", elapsed_ms=round(handled_for_s() * 1000, 1))

    def rebuilt(self, error: Exception | None) -> None:
        """A rebuild has ended: with a new generation, or with this."""
        _log.info("rebuild: %s", reason_of(type(error)) if error else "published")


def reason_of(kind: type[Exception]) -> str:
    """A name for a kind of failure, of which there are few: the expected ones, those of the way to
    Discord, and all others, which are bugs."""
    if issubclass(kind, ExpectedError):
        name = kind.__name__.removesuffix("Error")
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
    return "discord" if kind.__module__.partition(".")[0] in _OF_DISCORD else "bug"


def _tell(stage: str, **fields: object) -> None:
    if _log.isEnabledFor(logging.INFO):
        told = " ".join((stage, *(f"{name}={value}" for name, value in fields.items())))
        _log.info(told, extra={"stage": stage, "question": question_id()} | fields)
