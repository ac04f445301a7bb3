"""Words of a question that limit the articles by time: "as of 1 March", "since Monday"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answering.text.dates import WEEKDAYS
from bot.answering.time import limit_readings as read
from bot.answering.time.expression_type import TimeExpression
from bot.answering.time.limit_readings import DatedQuestion, Read
from bot.answering.time.parts import part_in
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import TimeReading
from bot.answering.time.resolution import resolve
from bot.answering.time.tenses import looks_ahead, tense_of
from index.models import Span
from index.text.words import FUNCTION_WORDS


def _lead(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?: the)? ?$", re.IGNORECASE)


_LEADS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (_lead("as (?:of|at|on)|as (?:it|things) stood (?:in|at|on)|back (?:on|in|at)"), read.as_of),
    (_lead("since"), read.since),
    (_lead("after|following"), read.after),
    (_lead("(?:(?:shortly|just|right|immediately) )?(?:before|prior to|ahead of)"), read.before),
    (_lead("until|till|up (?:to|until|till)"), read.until),
    (_lead("by"), read.by),
)
_ON = _lead("on|around|about")
_IN = _lead("in|during|throughout|at|over|around|towards?")
_WITHIN = re.compile(
    r"(?:\b(?:in|over|during|within|for|from)(?: the)? |\bthe )?(?:\b(?:earlier|later) )?$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|from)(?: the)? ?$", re.IGNORECASE)
_JOINS = re.compile(r" (?:and|to|until|till)(?: the)? ", re.IGNORECASE)
# The date goes on in a way that was not read: "May of 2000", "June/July", "the 1800s".
_CONTINUES = re.compile(r"(?: of)? ?\d|/\w|['’]?s\b")
_LEADING = FUNCTION_WORDS | {"since", "till", "per"}
# "between 1 and 5 March": the first day has no month of its own.
_SHARED_MONTH = re.compile(
    r"\b(?:between|from)(?: the)? (?P<first>[0-3]?\d)(?:st|nd|rd|th)? (?:and|to)(?: the)? ?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """Words of a question at `span` that limit the articles. `text` is the question without them.
    Without `readings` they stand for the present."""

    span: Span
    text: str
    readings: tuple[TimeReading, ...]


def limit_of(
    question: str, expressions: Sequence[TimeExpression], place: int, day: date
) -> Limit | None:
    """Return the limit that a date expression of the question gives, on the day on which it is
    asked; None if the expression belongs to what is asked."""
    each = expressions[place]
    days, lead = resolve(each, day), question[: each.span.start]
    if days is None or days.first > day or _CONTINUES.match(question, each.span.end):
        return None
    if (between := _between(question, expressions, place, day)) is not None:
        return between
    for pattern, reader in _readers(question, each, days, day):
        if match := pattern.search(lead):
            span = Span(match.start(), each.span.end)
            return _limit(DatedQuestion(question, span, days, day, each.deictic), reader)
    if (days.is_day or days.is_month) and _stands_alone(question, each):
        return _limit(DatedQuestion(question, each.span, days, day, deictic=False), read.bare)
    return None


def _stands_alone(question: str, each: TimeExpression) -> bool:
    """Return whether a date of the calendar opens or ends a question, and no word leads it."""
    lead, rest = question[: each.span.start], question[each.span.end :]
    if each.deictic:
        return False
    words = lead.lower().replace(",", " ").split()
    if not words:
        return rest[:1] in ",:"
    return not rest.strip(" ?.!") and words[-1] not in _LEADING


def _is_coming(question: str, each: TimeExpression, days: DateRange, day: date) -> bool:
    """Return whether a date such as "14 July" is rather the coming one: the question is in the
    future tense, or in the present tense and that one is nearer."""
    coming = resolve(each, day, ahead=True)
    if coming is None or coming.first <= day:
        return False
    if looks_ahead(question):
        return True
    is_nearer = coming.first - day < day - days.last
    return is_nearer and not each.deictic and tense_of(question) == "present"


def _readers(
    question: str, each: TimeExpression, days: DateRange, day: date
) -> list[tuple[re.Pattern[str], Read]]:
    """Return the leads that the expression may have, in the order in which they are tried."""
    readers = list(_LEADS)
    if _is_coming(question, each, days, day):
        return readers
    if days.is_day:
        readers.append((_ON, read.on))
    elif (days.is_month and not each.deictic) or part_in(question[each.span.start : each.span.end]):
        readers.append((_IN, read.during))
    if each.deictic and not _is_bare_weekday(question, each):
        readers.append((_WITHIN, read.within))
    return readers


def _is_bare_weekday(question: str, each: TimeExpression) -> bool:
    """Return whether the words are "Monday" alone, which may be a part of a name."""
    return question[each.span.start : each.span.end].lower() in WEEKDAYS


def _limit(asked: DatedQuestion, reader: Read) -> Limit | None:
    readings = reader(asked)
    return None if readings is None else Limit(asked.span, asked.text, tuple(readings))


def _between(
    question: str, expressions: Sequence[TimeExpression], place: int, day: date
) -> Limit | None:
    """Read "between 1 and 5 March" and "from Monday to Friday"."""
    each = expressions[place]
    lead, days = question[: each.span.start], resolve(each, day)
    if days is None:
        return None
    if (match := _SHARED_MONTH.search(lead)) and days.is_day:
        first = _with_day(days.first, int(match["first"]))
        span = Span(match.start(), each.span.end)
        return None if first is None else _range(question, span, first, days, day)
    if place + 1 == len(expressions) or not (match := _BETWEEN.search(lead)):
        return None
    other = expressions[place + 1]
    last = resolve(other, day)
    if last is None or not _JOINS.fullmatch(question[each.span.end : other.span.start]):
        return None
    return _range(question, Span(match.start(), other.span.end), days.first, last, day)


def _with_day(day: date, number: int) -> date | None:
    try:
        return day.replace(day=number)
    except ValueError:
        return None


def _range(question: str, span: Span, first: date, last: DateRange, day: date) -> Limit | None:
    asked = DatedQuestion(question, span, DateRange(first, last.last), day)
    if first > last.last or last.is_year or asked.tense == "present":
        return None
    return _limit(asked, read.from_to)
