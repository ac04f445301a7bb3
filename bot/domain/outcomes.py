"""Outcome of a question, as the store keeps it and the insights count it."""

from enum import StrEnum

from bot.domain.models import Answer, Status


class Outcome(StrEnum):
    """Outcome of a question about the articles. UNSURE is an answer that is more likely wrong than
    right, and ABSTAINED means no answer."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    ABSTAINED = "abstained"


def outcome_of(answer: Answer) -> Outcome | None:
    """Return the outcome; None for small talk and overviews, which ask nothing of the articles."""
    if answer.small_talk or answer.overview:
        return None
    if answer.status is Status.ABSTAINED:
        return Outcome.ABSTAINED
    if answer.unsure:
        return Outcome.UNSURE
    return Outcome.ANSWERED if answer.citations else None
