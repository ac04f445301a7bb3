"""Findings: the parts of a claim that its evidence does not support.

They are text that is only ordered, asked or supposed, quotes, numbers, dates, names, speakers,
roles, negations, hedges and causes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.answering.text.clauses import clause_start
from bot.answering.text.context import leans_on_previous
from bot.answering.text.cues import HEDGES, JUDGE, Cue, CueKind
from bot.answering.verification.comparison import Comparison, is_in
from bot.answering.verification.heads import other_heads
from bot.answering.verification.reading import Name, Reading
from bot.answering.verification.roles import swapped_names
from bot.domain.claims import FindingKind
from index.models import Span

_SPACE = re.compile(r"\s+")
_MARKS = str.maketrans("‘’“”", "''\"\"")
_BACK = re.compile(r"(?<!\w)(?:the|these|those|both|all) $", re.IGNORECASE)
_JUDGE = re.compile(rf"{JUDGE}(?!\w)", re.IGNORECASE)
_MOST_COUNTED = 4  # names that a number such as "the two" may count
_YEARS = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and its location: in the claim, in the evidence sentence with this index, or in
    both. SUPPORT concerns the claim as a whole: its evidence does not have its words together."""

    kind: FindingKind
    claim: Span | None = None
    evidence: int | None = None
    evidence_span: Span | None = None


def findings(compared: Comparison) -> list[Finding]:
    """Find all problems but SUPPORT, which needs a score. If something is unstated, return only
    that."""
    return list(_unstated(compared)) or [
        *_quotes(compared),
        *_numbers(compared),
        *_dates(compared),
        *_names(compared),
        *_heads(compared),
        *_speakers(compared),
        *_roles(compared),
        *_negations(compared),
        *_hedges(compared),
        *_causes(compared),
    ]


def _unstated(compared: Comparison) -> Iterator[Finding]:
    """Find a claim that states nothing, and words of the claim that the evidence has only where it
    states nothing."""
    claim = compared.claim
    for each in claim.withheld:
        yield Finding(FindingKind.UNSTATED, each.cue)
    missing = {claim.stems[i] for i in claim.telling if i not in compared.anywhere}
    for number, evidence in enumerate(compared.evidence):
        for each in evidence.withheld:
            if not missing.isdisjoint(each.stems):
                yield Finding(FindingKind.UNSTATED, evidence=number, evidence_span=each.cue)


def _quotes(compared: Comparison) -> Iterator[Finding]:
    """Find quotes that are not verbatim in the evidence. The shape of quotation marks, white space
    and a final punctuation mark do not matter."""
    texts = [_plain(each.text) for each in compared.evidence]
    for span in compared.claim.quotes:
        quote = _plain(compared.claim.text[span.start : span.end]).rstrip(".,;:!?")
        if not any(quote in text for text in texts):
            yield Finding(FindingKind.QUOTE, span)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.translate(_MARKS)).strip()


def _numbers(compared: Comparison) -> Iterator[Finding]:
    """Find numbers that the evidence lacks. A number such as in "the two companies" is left out,
    because it counts names."""
    told = [quantity for each in compared.evidence for quantity in each.quantities]
    named = {name.stems for each in compared.evidence for name in each.names}
    for quantity in compared.claim.quantities:
        counts = _BACK.search(compared.claim.text, 0, quantity.start) and not quantity.unit
        if counts and quantity.value <= min(len(named), _MOST_COUNTED):
            continue
        if not any(quantity.is_same(other) for other in told):
            yield Finding(FindingKind.NUMBER, Span(quantity.start, quantity.end))


def _dates(compared: Comparison) -> Iterator[Finding]:
    """Find dates that the evidence lacks. The year may come from the publication date of the
    article. A bare year may also match a number."""
    years = frozenset(int(stem) for stem in compared.context if _YEARS.fullmatch(stem))
    told = [date for each in compared.evidence for date in each.dates]
    numbers = {quantity.value for each in compared.evidence for quantity in each.quantities}
    for date in compared.claim.dates:
        is_number = date.is_bare_year and date.year in numbers
        if not is_number and not any(date.is_told_by(other, years) for other in told):
            yield Finding(FindingKind.DATE, Span(date.start, date.end))


def _names(compared: Comparison) -> Iterator[Finding]:
    for name in compared.claim.names:
        if not _is_known(name, compared.stems, compared):
            yield Finding(FindingKind.NAME, Span(name.start, name.end))


def _heads(compared: Comparison) -> Iterator[Finding]:
    """Find numbers that the evidence gives for something else that belongs to the name: "the deal
    of A is worth a million" does not support "A is worth a million"."""
    for name, (number, span) in other_heads(compared):
        yield Finding(FindingKind.NAME, Span(name.start, name.end), number, span)


def _roles(compared: Comparison) -> Iterator[Finding]:
    """Find names in the place of another name: "A sued B" is not "B sued A"."""
    for name, number, span in swapped_names(compared):
        yield Finding(FindingKind.ROLE, Span(name.start, name.end), number, span)


def _is_known(name: Name, told: frozenset[str], compared: Comparison) -> bool:
    """Return whether the name is among the stems `told`. Its missing words may also be in the
    context, if the evidence has a part of the name or refers back, as in "the company"."""
    missing = [stem for stem in name.stems if not is_in(stem, told)]
    if not missing or told.issuperset(name.meaning):
        return True
    if not compared.context.issuperset(missing):
        return False
    partly = len(missing) < len(name.stems)
    return partly or any(leans_on_previous(each.text) for each in compared.bearing)


def _speakers(compared: Comparison) -> Iterator[Finding]:
    """Find names that say something in the claim and say nothing in the evidence."""
    claim = compared.claim
    said = [_said_by(each, span) for each in compared.evidence for span in each.speakers]
    told = frozenset[str]().union(*said)
    for span in claim.speakers:
        # The text before the last clause is about others.
        verb = span.start + len(claim.text[span.start : span.end].rstrip(" ,"))
        start = max(span.start, clause_start(claim.text, verb))
        for name in claim.names:
            inside = start <= name.start and name.end <= span.end
            if inside and not _is_known(name, told, compared):
                yield Finding(FindingKind.SPEAKER, Span(name.start, name.end))


def _said_by(reading: Reading, span: Span) -> frozenset[str]:
    return frozenset(
        stem
        for word, stem in zip(reading.words, reading.stems, strict=True)
        if span.start <= word.start < span.end
    )


def _negations(compared: Comparison) -> Iterator[Finding]:
    """Find negations that only the claim has, and negations of the evidence whose words the claim
    has without one. Each negation matches only one other: "none is not" is not "none is"."""
    its = [(n, cue) for n, cue in _cues(compared) if cue.kind is CueKind.NEGATION]
    for cue in _of_kind(compared.claim, CueKind.NEGATION):
        match = next((each for each in its if cue.meets(each[1])), None)
        if match:
            its.remove(match)
        else:
            yield Finding(FindingKind.NEGATION, Span(cue.start, cue.end))
    stems = frozenset(compared.claim.stems)
    mine = _of_kind(compared.claim, CueKind.NEGATION)
    for number, cue in its:
        if cue.covers(stems) and not any(cue.meets(other) for other in mine):
            yield _in_evidence(FindingKind.NEGATION, number, cue)


def _hedges(compared: Comparison) -> Iterator[Finding]:
    """Find hedges of the evidence over words that the claim has without a hedge of that kind. A
    claim that says less than its evidence is supported."""
    stems = frozenset(compared.claim.stems)
    mine = {cue.kind for cue in compared.claim.cues}
    if compared.claim.speakers or CueKind.HEARSAY in mine:
        mine.add(CueKind.OPINION)
    for number, cue in _cues(compared):
        if cue.kind in HEDGES and cue.kind not in mine and cue.covers(stems):
            if cue.kind is CueKind.OPINION and _has_holder(stems, compared.evidence[number], cue):
                continue
            yield _in_evidence(FindingKind.HEDGE, number, cue)


def _has_holder(claim: frozenset[str], evidence: Reading, cue: Cue) -> bool:
    """Return whether the claim has the verb of the opinion, or its holder. In "critics of A" the
    holder is not A."""
    inside = [i for i in evidence.content if cue.start <= evidence.words[i].start < cue.end]
    if _JUDGE.match(evidence.text, cue.start):
        of = evidence.text.find(" of ", cue.start, cue.end)
        before = [i for i in inside if of < 0 or evidence.words[i].start < of]
    else:
        before = [i for i in evidence.content if evidence.words[i].start < cue.start][-1:]
    after = {evidence.stems[i] for i in evidence.content if evidence.words[i].start >= cue.end}
    holder = {evidence.stems[i] for i in before + inside[-1:]}
    return not claim.isdisjoint(holder - after)


def _causes(compared: Comparison) -> Iterator[Finding]:
    """Find the causes of the claim beyond the number of causes in the evidence."""
    told = [cue for each in compared.evidence for cue in _of_kind(each, CueKind.CAUSE)]
    for cue in _of_kind(compared.claim, CueKind.CAUSE)[len(told) :]:
        yield Finding(FindingKind.CAUSE, Span(cue.start, cue.end))


def _of_kind(reading: Reading, kind: CueKind) -> list[Cue]:
    return [cue for cue in reading.cues if cue.kind is kind]


def _cues(compared: Comparison) -> list[tuple[int, Cue]]:
    """Return the cues of the sentences that may be the claim's source, with the indices of
    these."""
    return [
        (number, cue)
        for number, each in enumerate(compared.evidence)
        if each in compared.bearing
        for cue in each.cues
    ]


def _in_evidence(kind: FindingKind, number: int, cue: Cue) -> Finding:
    return Finding(kind, evidence=number, evidence_span=Span(cue.start, cue.end))
