"""Start of a period that a user names: "2026-11-20", "Monday", "the last two weeks"."""

from datetime import date

from bot.answering.time.moments import read_days, today
from bot.domain.errors import QuestionError, Refusal
from index.articles.base.dates import iso_date

_DAY = 10  # characters of "2026-03-01"


def start_of(words: str, day: date | None = None) -> str:
    """Return the first day of the period in ISO 8601, resolved against `day`, by default today. A
    time stays a time. Return "" if the words are not exactly one date."""
    if known := iso_date(words):
        return known
    try:
        return read_days(words, day or today()).first.isoformat()
    except QuestionError:
        return ""


def read_start(words: str) -> str:
    """Return the start of a period that a user typed, in ISO 8601; "" if the words are blank.
    Raises QuestionError if they are not exactly one date, or if it is in the future."""
    if not words.strip():
        return ""
    if start := start_of(words.strip()):
        if start[:_DAY] > today().isoformat():
            raise QuestionError(Refusal.DATE_FUTURE)
        return start
    raise QuestionError(Refusal.DATE_UNREADABLE)
