"""How numbers, likelihoods, dates and names are put in words."""

from datetime import datetime

_SURE = ((0.9, "Very sure"), (0.7, "Quite sure"), (0.5, "Fairly sure"), (0.3, "Not very sure"))


def how_sure(probability: float) -> str:
    """ "Quite sure · 82%"."""
    words = next((words for least, words in _SURE if probability >= least), "Unsure")
    return f"{words} · {percent(probability)}"


def percent(probability: float) -> str:
    """Never "100%" and never "0%": a probability is neither."""
    if 0.01 <= probability <= 0.99:
        return f"{probability:.0%}"
    return "over 99%" if probability > 0.5 else "under 1%"


def counted(count: int, thing: str) -> str:
    """ "1 article", "2,000 articles"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def short_id(generation: str) -> str:
    """The end of a generation's id, which names it: before it stands when it was built."""
    return generation.rpartition("-")[2]


def day(published: str) -> str:
    """ "3 Feb 2031" of an ISO date or time; else as it is."""
    try:
        date = datetime.fromisoformat(published.strip())
    except ValueError:
        return published
    return f"{date.day} {date:%b} {date.year}"
