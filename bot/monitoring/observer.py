"""Observer of questions, stage by stage: a log line per stage, with the question's id."""

import logging
from collections.abc import Sequence

from bot.answering.receipt import Timings
from bot.domain.models import Answer, Status, Writing
from bot.domain.spending import Cap, Spent
from bot.monitoring.logs import handled_for_s, question_id
from index.errors import ExpectedError

_OF_DISCORD = {"discord", "aiohttp"}

_log = logging.getLogger("bot.questions")


class Observer:
    """Receiver of every stage, called on the event loop. It logs the stages at INFO, without the
    question's text unless `log_questions`. `Metrics` counts them, too."""

    def __init__(self, *, log_questions: bool = False) -> None:
        self._log_questions = log_questions

    def arrived(self, way: str, question: str) -> None:
        """Record that a user asked, by a command or in a message."""
        _tell("arrived", way=way, **({"text": question} if self._log_questions else {}))

    def queued(self, waiting: int) -> None:
        """Record that a question was queued, or joined the same question in progress; `waiting`
        questions are queued in all."""
        _tell("queued", waiting=waiting)

    def taken(self, size: int, questions: Sequence[str], waited_s: Sequence[float]) -> None:
        """Record that a batch of `size` distinct questions is being computed. `questions` are the
        ids of all that it answers, `waited_s` their seconds in the queue."""
        _tell("batch", size=size, questions=list(questions))

    def computed(self, timings: Timings) -> None:
        """Record the timings of a computed answer, which may serve several identical questions."""

    def answered(self, answer: Answer, elapsed_s: float) -> None:
        """Record that a question has its answer, `elapsed_s` seconds after it was asked. An
        abstention is an answer."""
        stage = "answered" if answer.status is Status.ANSWERED else "abstained"
        _tell(stage, elapsed_ms=round(elapsed_s * 1000, 1), confidence=answer.confidence)

    def spent(self, spent: Spent) -> None:
        """Record what a model request has cost, or what was reserved for it if the cost is
        unknown."""
        _tell(
            "generated",
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cost=spent.cost,
        )

    def over_budget(self, cap: Cap) -> None:
        """Record that a model was not called, because the request might have exceeded the cap."""
        _tell("over_budget", cap=cap)

    def written(self, writing: Writing, elapsed_s: float) -> None:
        """Record that a model has written an answer, or failed to, within `elapsed_s` seconds.
        Called once per asker, even for identical questions at the same time."""
        _tell(
            "written",
            sentences=writing.sentences,
            verified=writing.verified,
            trouble=writing.trouble or "none",
            elapsed_ms=round(elapsed_s * 1000, 1),
        )

    def refused(self, error: Exception) -> None:
        """Record that a user got a refusal or a failure instead of a result."""
        _tell(
            "refused" if isinstance(error, ExpectedError) else "failed",
            reason=reason_of(type(error)),
        )

    def delivered(self, render_s: float, deliver_s: float) -> None:
        """Record that Discord has the answer, and the seconds for rendering and for sending it."""
        _tell("delivered", elapsed_ms=round(handled_for_s() * 1000, 1))

    def rebuilt(self, error: Exception | None) -> None:
        """Record that a rebuild has ended: `error` is its failure, or None if it published a new
        generation."""
        _log.info("rebuild: %s", reason_of(type(error)) if error else "published")

    def source_read(self, result: str, new: int, changed: int, withdrawn: int) -> None:
        """Record that a source was read, with its articles by what has become of them. The log has
        a line with its name already."""

    def watches_asked(self, changed: int, unchanged: int, failed: int) -> None:
        """Record how many watched questions were asked again after an update, by their outcome."""
        if changed or unchanged or failed:
            _log.info(
                "watches asked again: %d changed, %d unchanged, %d failed",
                changed,
                unchanged,
                failed,
            )

    def watch_message(self, outcome: str) -> None:
        """Record a message about watched questions: sent, put off or undeliverable."""
        _log.info("message about watches: %s", outcome)

    def note(self, outcome: str) -> None:
        """Record a note on an earlier answer: shown, put off or dropped."""
        _log.info("note on an earlier answer: %s", outcome)

    def digest(self, outcome: str) -> None:
        """Record a digest: posted, paused, put off or refused."""
        _log.info("digest: %s", outcome)


def reason_of(kind: type[Exception]) -> str:
    """Name the kind of a failure, with few distinct names: one for each expected failure, "discord"
    for errors of discord.py or aiohttp, and "bug" for all others."""
    if issubclass(kind, ExpectedError):
        name = kind.__name__.removesuffix("Error")
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
    return "discord" if kind.__module__.partition(".")[0] in _OF_DISCORD else "bug"


def _tell(stage: str, **fields: object) -> None:
    if _log.isEnabledFor(logging.INFO):
        told = " ".join((stage, *(f"{name}={value}" for name, value in fields.items())))
        _log.info(told, extra={"stage": stage, "question": question_id()} | fields)
