"""Facts of an answer: what it states, by value where it has one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.change.values import same_value
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import resolve_dates
from bot.domain.models import Answer, Citation, ShortAnswer


@dataclass(frozen=True, slots=True)
class Fact:
    """Statement of an answer: a value, or "" for all that the sentence says. `days` are the dates
    in the value, counted from the day of the article."""

    value: str
    cited: Citation
    days: tuple[DateRange, ...] = ()

    def has_value_of(self, others: Sequence["Fact"]) -> bool:
        """Return whether one of the others states the same value."""
        return bool(self.value) and any(self._is_same(other) for other in others)

    def _is_same(self, other: "Fact") -> bool:
        if self.days and len(self.days) == len(other.days):
            pairs = zip(self.days, other.days, strict=True)
            return all(one.overlaps(two) for one, two in pairs)
        return bool(other.value) and same_value(self.value, other.value)


def facts_of(answer: Answer) -> Iterator[Fact]:
    """Yield what an answer states: its verdict, and each of its values; all that its evidence says
    if it has none of these."""
    evidence = answer.evidence
    if not evidence:
        return
    if answer.verdict:
        yield Fact(answer.verdict, evidence[0])
    if answer.disagreement:
        by_number = {each.number: each for each in answer.citations}
        for stated in answer.disagreement.values:
            yield _fact(stated.text, by_number[stated.citations[0]])
    elif answer.short_answer:
        cited = next(each for each in evidence if each.number == answer.short_answer.citation)
        yield _fact(answer.short_answer.text, cited, answer.short_answer)
    elif not answer.verdict:
        yield from (Fact("", each) for each in evidence)


def _fact(value: str, cited: Citation, short: ShortAnswer | None = None) -> Fact:
    start = short.start - cited.start if short else cited.quote.find(value)
    end = start + len(value)
    found = resolve_dates(cited.quote, cited.published) if start >= 0 else []
    days = [each.days for each in found if each.span.start < end and start < each.span.end]
    return Fact(value, cited, tuple(days))
