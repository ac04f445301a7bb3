"""Wording of likelihoods, dates and generation names on Discord."""

from datetime import datetime

from bot.wording.measures import percent
from prompts import text

_SURE = ((0.9, "very_sure"), (0.7, "quite_sure"), (0.5, "fairly_sure"), (0.3, "not_very_sure"))


def how_sure(probability: float) -> str:
    """Put a probability in words, such as "Quite sure · 82%"."""
    words = next((words for least, words in _SURE if probability >= least), "unsure")
    return text(f"measures.{words}", likelihood=percent(probability))


def generation_line(generation: str) -> str:
    """Name a generation, as in "generation 1a2b3c"."""
    return text("answers.generation", generation=short_id(generation))


def short_id(generation: str) -> str:
    """Return the last part of a generation's id, which identifies it; the rest is its build
    time."""
    return generation.rpartition("-")[2]


def day(published: str) -> str:
    """Format an ISO date or time as in "3 Feb 2031"; return other text unchanged."""
    try:
        date = datetime.fromisoformat(published.strip())
    except ValueError:
        return published
    return text("measures.day", date=date)
