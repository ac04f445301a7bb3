"""Values that a sentence states for what a question asks, and how two of them relate."""

from dataclasses import dataclass
from enum import StrEnum

from bot.answering.disagreement.amounts import Amount
from bot.answering.time.ranges import DateRange
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
    """A stated yes or no. `span` is the whole sentence."""

    verdict: Verdict
    span: Span


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
