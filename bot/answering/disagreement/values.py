"""Values that a sentence states for what a question asks, and how two of them relate."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.disagreement.amounts import Amount
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import ResolvedDate
from bot.domain.models import ValueKind, Verdict
from index.models import Span


class Relation(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Days:
    """A stated date: its days, and its position in the sentence."""

    days: DateRange
    span: Span

    def overlaps(self, other: "Days") -> bool:
        """Return whether one day may be meant by both: "March" and "3 March"."""
        return self.days.overlaps(other.days)


@dataclass(frozen=True, slots=True)
class Named:
    """Stated names: the stems of their words, with those that initials stand for. `rare` are the
    stems that are no everyday words, such as a family name."""

    stems: frozenset[str]
    rare: frozenset[str]
    span: Span

    def overlaps(self, other: "Named") -> bool:
        """Return whether both may name the same: "Judge Frith" and "Eleanor Frith"."""
        nested = self.stems <= other.stems or other.stems <= self.stems
        return nested or not self.rare.isdisjoint(other.rare)


@dataclass(frozen=True, slots=True)
class Polarity:
    """A stated yes or no. `span` is the whole sentence, `lean` the log-odds of the verdict against
    the opposite one."""

    verdict: Verdict
    span: Span
    lean: float = 0.0


_TOUCHING = 2  # characters between a span and the rest of a date
_DATE_CHARS = 40

Value = Amount | Days | Named | Polarity
_KINDS = {
    Amount: ValueKind.AMOUNT,
    Days: ValueKind.DATE,
    Named: ValueKind.NAME,
    Polarity: ValueKind.STATUS,
}


def kind_of(value: Value) -> ValueKind:
    return _KINDS[type(value)]


def relation(one: Value, other: Value) -> Relation:
    """Return how two values relate. Values of different kinds or units are unrelated."""
    match one, other:
        case Amount(), Amount():
            if not one.is_measured_like(other):
                return Relation.UNRELATED
            same = one.overlaps(other)
        case Days(), Days():
            same = one.overlaps(other)
        case Named(), Named():
            same = one.overlaps(other)
        case Polarity(), Polarity():
            same = one.verdict is other.verdict
        case _:
            return Relation.UNRELATED
    return Relation.SAME if same else Relation.DIFFERENT


def days_at(text: str, span: Span, dates: Sequence[ResolvedDate]) -> Days | None:
    """Return the most precise date in the span or right beside it, with the weekday before it."""
    near = [
        each
        for each in dates
        if each.span.start <= span.end + _TOUCHING and span.start - _TOUCHING <= each.span.end
    ]
    if not near:
        return None
    best = min(near, key=lambda each: each.days.last - each.days.first)
    same = [each.span for each in dates if each.days == best.days]
    start, end = min(each.start for each in same), max(each.end for each in same)
    if text[start:end].count(",") > 1 or end - start > _DATE_CHARS:
        return Days(best.days, best.span)
    return Days(best.days, Span(start, end))
