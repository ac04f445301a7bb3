"""The day of a question, and dates that a user types beside it."""

from datetime import UTC, date, datetime

from bot.answering.time.expressions import read_expressions
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import resolve
from bot.domain.errors import QuestionError, Refusal
from bot.domain.models import Question

_LONGEST = 60  # characters
_DATE = 10  # characters of "2026-03-01"


def today() -> date:
    """Return the current day in UTC. All relative dates count from it."""
    return datetime.now(UTC).date()


def read_days(text: str, day: date) -> DateRange:
    """Read a date as a user types it: ISO 8601, "1 March 2026", "March 2026", "last Friday".

    Raises QuestionError if the whole text is not one date."""
    text = " ".join(text.split())
    expressions = read_expressions(text) if len(text) <= _LONGEST else []
    if len(expressions) == 1:
        [each] = expressions
        rest = text[: each.span.start] + text[each.span.end :]
        days = resolve(each, day)
        if days is not None and rest.lower().strip(" ,") in {"", "the", "on", "since"}:
            return days
    raise QuestionError(Refusal.DATE_UNREADABLE)


def dated(question: Question) -> Question:
    """Give the question its day, and write `as_of` in ISO 8601: a date, or a time in UTC.

    A month or a year stands for its last day, but not for one after today. Raises QuestionError if
    a date cannot be read, or if `as_of` is in the future."""
    day = _day(question.asked) if question.asked else today()
    as_of = _as_of(question.as_of.strip(), day) if question.as_of.strip() else ""
    return question.model_copy(update={"asked": day.isoformat(), "as_of": as_of})


def read_as_of(words: str) -> str:
    """Write an `as_of` that a user typed in ISO 8601, as `dated` does; "" if it is blank."""
    return _as_of(words.strip(), today()) if words.strip() else ""


def as_of_seconds(as_of: str) -> float:
    """Return the moment of an `as_of` that `dated` wrote, in seconds UTC: the end of a day."""
    if len(as_of) > _DATE:
        return datetime.fromisoformat(as_of).timestamp()
    return DateRange.day(date.fromisoformat(as_of)).end_s - 1


def day_asked(question: Question) -> date:
    """Return the day from which relative dates in a dated question count."""
    return date.fromisoformat((question.as_of or question.asked)[:_DATE])


def _day(asked: str) -> date:
    try:
        return date.fromisoformat(asked[:_DATE])
    except ValueError as error:
        raise QuestionError(Refusal.DATE_UNREADABLE) from error


def _as_of(text: str, day: date) -> str:
    time = _time(text)
    if time is not None:
        if time.date() > day:
            raise QuestionError(Refusal.DATE_FUTURE)
        return time.isoformat()
    days = read_days(text, day)
    if days.first > day:
        raise QuestionError(Refusal.DATE_FUTURE)
    return min(days.last, day).isoformat()


def _time(text: str) -> datetime | None:
    """Read a time in ISO 8601 in UTC; None for a date or for other text."""
    if len(text) <= _DATE or not text[0].isdigit():
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
