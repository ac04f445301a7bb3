"""How likelihoods, dates and names are put in words on Discord."""

from datetime import datetime

from bot.wording.measures import percent
from prompts import text

_SURE = ((0.9, "very_sure"), (0.7, "quite_sure"), (0.5, "fairly_sure"), (0.3, "not_very_sure"))


def how_sure(probability: float) -> str:
    """ "Quite sure · 82%"."""
    words = next((words for least, words in _SURE if probability >= least), "unsure")
    return text(f"measures.{words}", likelihood=percent(probability))


def generation_line(generation: str) -> str:
    """ "generation 1a2b3c"."""
    return text("answers.generation", generation=short_id(generation))


def short_id(generation: str) -> str:
    """The end of a generation's id, which names it: before it stands when it was built."""
    return generation.rpartition("-")[2]


def day(published: str) -> str:
    """ "3 Feb 2031" of an ISO date or time; else as it is."""
    try:
        date = datetime.fromisoformat(published.strip())
    except ValueError:
        return published
    return text("measures.day", date=date)
