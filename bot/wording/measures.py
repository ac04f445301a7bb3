"""How many, how likely, how long and with what outcome, in words."""

from bot.domain.models import Status, Trouble, Writing
from prompts import text

_OUTCOMES = {Status.ANSWERED: "lists.why_answered", Status.ABSTAINED: "lists.why_abstained"}


def counted(count: int, thing: str) -> str:
    """ "1 article", "2,000 articles". The things are those of prompts/measures.toml."""
    if count == 1:
        return text(f"measures.{thing}")
    return text(f"measures.{thing}s", count=count)


def percent(probability: float) -> str:
    """Never "100%" and never "0%": a probability is neither."""
    if 0.01 <= probability <= 0.99:
        return text("measures.share", share=probability)
    return text("measures.share_most") if probability > 0.5 else text("measures.share_least")


def took(elapsed_ms: float) -> str:
    """ "12 ms"."""
    return text("measures.took", milliseconds=elapsed_ms)


def outcome_words(status: Status) -> str:
    """ "answered"."""
    return text(_OUTCOMES[status])


def writing_line(writing: Writing) -> str:
    """How many of a model's sentences are verified, or why there are none."""
    if writing.growing:
        return text("writing.growing")
    if writing.verified:
        return text("writing.verified", verified=writing.verified, sentences=writing.sentences)
    return text(f"writing.{writing.trouble or Trouble.BUG}")
