"""Wording of dates and generation names on Discord."""

from datetime import datetime

from prompts import text


def generation_line(generation: str) -> str:
    """Name a generation by its short id, as in "generation 1a2b3c"."""
    return text("answers.generation", generation=short_id(generation))


def short_id(generation: str) -> str:
    """Return the last part of a generation's id. It is enough to identify the generation; the rest
    is the build time."""
    return generation.rpartition("-")[2]


def day(published: str) -> str:
    """Format an ISO date or time as in "3 Feb 2031"; return other text unchanged."""
    try:
        date = datetime.fromisoformat(published.strip())
    except ValueError:
        return published
    return text("measures.day", date=date)
