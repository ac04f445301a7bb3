"""Parts of a period in a question: "mid-March", "the end of May", "the first week of June"."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.answering.time.expression_type import TimeExpression
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import DAY
from bot.answering.time.relative import this_unit
from index.models import Span

# Share of the days of the period at which each part starts and ends.
_SHARES = {
    "start": (0.0, 0.2),
    "beginning": (0.0, 0.2),
    "early": (0.0, 1 / 3),
    "mid": (1 / 3, 2 / 3),
    "middle": (1 / 3, 2 / 3),
    "late": (2 / 3, 1.0),
    "end": (0.8, 1.0),
}
_WEEKS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_HALVES = {"first": (0.0, 0.5), "second": (0.5, 1.0), "last": (0.5, 1.0)}
_PART = re.compile(
    r"(?:\bthe )?\b(?:"
    r"(?P<part>(?:very )?(?:start|beginning|middle|end) of|(?:early|mid|late)(?: in)?)"
    rf"|(?P<week>{'|'.join(_WEEKS)}) week (?:of|in)|(?P<half>{'|'.join(_HALVES)}) half of)"
    r"[ -](?:the )?$",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b(?:{'|'.join(_SHARES)}|(?:week|half)(?= (?:of|in)\b))\b", re.IGNORECASE)
_OF_THIS = re.compile(
    r"\b(?:start|beginning|middle|end) of the (?P<unit>week|month|quarter|year)\b", re.IGNORECASE
)


def with_parts(question: str, expressions: list[TimeExpression]) -> list[TimeExpression]:
    """Narrow each expression to the part that the words before it name. Only questions are read
    so: an article's "by the end of May" is shown as May."""
    units = [
        TimeExpression(Span(*match.span("unit")), True, True, this_unit(match["unit"].lower()))
        for match in _OF_THIS.finditer(question)
    ]
    found = sorted([*expressions, *units], key=lambda each: each.span.start)
    narrowed = [_narrowed(question, each) for each in found]
    spans = [each.span for each in narrowed]
    return [each for each in narrowed if not any(_is_inside(each.span, span) for span in spans)]


def _is_inside(inner: Span, outer: Span) -> bool:
    return inner != outer and outer.start <= inner.start and inner.end <= outer.end


def part_in(words: str) -> str:
    """Return the part of a period that the words name, such as "mid" or "week"; "" for none."""
    match = _NAMED.search(words)
    return match[0].lower() if match else ""


def moment(words: str, days: DateRange) -> date:
    """Return the day that stands for the days of an expression: the last, or the one in the middle
    of "mid-March"."""
    if part_in(words).startswith("mid"):
        return days.first + (days.last - days.first) // 2
    return days.last


def _narrowed(question: str, each: TimeExpression) -> TimeExpression:
    match = _PART.search(question, 0, each.span.start)
    if match is None:
        return each
    part = (match["part"] or "").lower().removeprefix("very ").split(" ")[0]
    week, half = (match["week"] or "").lower(), (match["half"] or "").lower()
    share = _HALVES[half] if half else _SHARES.get(part, (0.0, 1.0))

    def resolve(day: date, ahead: bool) -> DateRange:
        days = each.resolve(day, ahead)
        return _week_of(days, _WEEKS[week]) if week else _share_of(days, *share)

    return replace(each, span=Span(match.start(), each.span.end), resolve=resolve)


def _share_of(days: DateRange, start: float, end: float) -> DateRange:
    count = (days.last - days.first).days + 1
    if count == 1:
        return days
    first = days.first + timedelta(days=round(start * count))
    return DateRange(first, max(first, days.first + timedelta(days=round(end * count)) - DAY))


def _week_of(days: DateRange, number: int) -> DateRange:
    week = timedelta(days=7)
    if number < 0:
        return DateRange(days.last - week + DAY, days.last)
    first = days.first + number * week
    return DateRange(first, first + week - DAY)
