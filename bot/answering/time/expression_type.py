"""The type of a date expression in a text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.answering.time.ranges import DateRange
from index.models import Span

# Resolve an expression: the day of the text, and whether it looks ahead.
Resolve = Callable[[date, bool], DateRange]


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A date expression at `span` of a text. `relative` means that it depends on the day of the
    text, as "in March" does. `deictic` means that it counts from that day: "last week", "on
    Monday". `resolve(day, ahead)` gives its days; `ahead` chooses the next Monday or March, not the
    last one, where the text leaves that open. It raises ValueError or OverflowError outside the
    calendar."""

    span: Span
    relative: bool
    deictic: bool
    resolve: Resolve
