"""Counts, probabilities, durations and outcomes in words."""

from collections.abc import Iterable

from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.models import Status, Trouble, Writing
from prompts import text

_OUTCOMES = {Status.ANSWERED: "lists.why_answered", Status.ABSTAINED: "lists.why_abstained"}


def counted(count: int, thing: str) -> str:
    """Format a count: "1 article", "2,000 articles". `thing` is one of prompts/measures.toml."""
    if count == 1:
        return text(f"measures.{thing}")
    return text(f"measures.{thing}s", count=count)


def pages(numbers: Iterable[int | None]) -> str:
    """Format the pages of a document: "p. 3", "pp. 3, 7"; "" if it has none."""
    known = sorted({number for number in numbers if number})
    if len(known) == 1:
        return text("answers.document_page", number=known[0])
    return text("answers.document_pages", pages=", ".join(map(str, known))) if known else ""


def percent(probability: float) -> str:
    """Format a probability as a percentage, never as "100%" or "0%"."""
    if 0.01 <= probability <= 0.99:
        return text("measures.share", share=probability)
    return text("measures.share_most") if probability > 0.5 else text("measures.share_least")


def took(elapsed_ms: float) -> str:
    """Format a duration in milliseconds: "12 ms"."""
    return text("measures.took", milliseconds=elapsed_ms)


def outcome_words(status: Status) -> str:
    """Return the status in words, such as "answered"."""
    return text(_OUTCOMES[status])


def writing_line(writing: Writing) -> str:
    """Say how many sentences of a model are verified, or why there are none."""
    if writing.growing:
        return text("writing.growing")
    if writing.verified:
        return text("writing.verified", verified=writing.verified, sentences=writing.sentences)
    return text(f"writing.{writing.trouble or Trouble.BUG}")


def operating_point_line(point: OperatingPoint) -> str:
    """Say from which confidence the bot answers, and what that meant on unseen questions."""
    return text(
        "lists.operating_point",
        threshold=point.threshold,
        questions=point.questions,
        answered_unanswerable=point.answered_unanswerable,
        refused_answerable=point.refused_answerable,
    )
