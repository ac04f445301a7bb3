"""Dates in the sentences of an article, resolved against the day of its publication."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from bot.answering.time.expression_type import TimeExpression
from bot.answering.time.expressions import read_expressions
from bot.answering.time.ranges import DateRange
from index.articles.base.dates import utc_seconds
from index.models import Span

# English marks the future by a modal or by "is due to": "it will close in March".
_AHEAD = re.compile(
    r"\b(?:will|would|shall|won't|(?-i:may)|might|could|should|must|until|till|by|(?:is|are|was|were|be)"
    r" (?:to|due|set|expected|scheduled|planned|likely|slated)|plans?|expects?|aims?|intends?|"
    r"hopes?|due|scheduled|upcoming|ahead of)\b|'ll\b",
    re.IGNORECASE,
)
# Words before an expression that opens its sentence: "From the end of".
_OPENING = re.compile(
    r"\W*(?:(?:on|in|from|by|at|since|until|after|before|early|late|mid|the|start|end|middle|of)"
    r"\b\W*){0,4}",
    re.IGNORECASE,
)
_COARSE = 7  # characters of "2026-03"
_REMEMBERED = 2_000  # sentences; one answer reads the dates of a candidate several times


@dataclass(frozen=True, slots=True)
class ResolvedDate:
    """A date expression at `span` of a sentence, and its days. `relative` means that the words
    alone do not give the days."""

    span: Span
    days: DateRange
    relative: bool


def published_day(published: str) -> date | None:
    """Return the day of a publication date in ISO 8601; None if it is unknown or has no day."""
    seconds = utc_seconds(published) if len(published) > _COARSE else None
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date()


@lru_cache(_REMEMBERED)
def resolve_dates(sentence: str, published: str) -> tuple[ResolvedDate, ...]:
    """Resolve the dates of a sentence against the day of its article. Without that day, only dates
    with a year are resolved."""
    day = published_day(published)
    expressions = read_expressions(sentence)
    found = []
    for place, each in enumerate(expressions):
        if day is None and each.relative:
            continue
        ahead = _looks_ahead(sentence, expressions, place)
        if (days := resolve(each, day or date.min, ahead=ahead)) is not None:
            found.append(ResolvedDate(each.span, days, each.relative))
    return tuple(found)


def resolve(expression: TimeExpression, day: date, *, ahead: bool = False) -> DateRange | None:
    """Return the days of an expression in a text of that day; None outside the calendar."""
    try:
        return expression.resolve(day, ahead)
    except (ValueError, OverflowError):
        return None


def resolved(text: str, span: Span, published: str) -> str:
    """Return the days of the date in a span of a sentence, in ISO 8601. Return "" if the words give
    them already, or if the span does not have exactly one date."""
    dates = [
        each
        for each in resolve_dates(text, published)
        if each.span.start < span.end and span.start < each.span.end
    ]
    return dates[0].days.iso if len(dates) == 1 and dates[0].relative else ""


def _looks_ahead(sentence: str, expressions: list[TimeExpression], place: int) -> bool:
    """Return whether the clause of the expression is about the future. The words between it and the
    expression before decide, or the words after it if it opens the sentence."""
    start = expressions[place - 1].span.end if place else 0
    before = sentence[start : expressions[place].span.start]
    if place or not _OPENING.fullmatch(before):
        return _AHEAD.search(before) is not None
    end = expressions[place + 1].span.start if place + 1 < len(expressions) else len(sentence)
    after = sentence[expressions[place].span.end : end]
    return _AHEAD.search(before) is not None or _AHEAD.search(after) is not None
