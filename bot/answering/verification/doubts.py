"""Doubts about the verdict on a claim, from the counterparts of the claim.

Each function returns another verdict, or None if the doubt is not justified.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answering.judge.judge import Judgement
from bot.answering.verification.comparison import Comparison, is_in
from bot.answering.verification.counterparts import (
    AGAINST,
    DENIED,
    OPEN,
    OPEN_BESIDE_CUE,
    denied,
    exchanged,
    is_denied,
    is_left_open,
    is_qualified,
    left_open,
    negation,
    qualifier,
)
from bot.answering.verification.findings import Finding, findings
from bot.answering.verification.reading import Name, Reading
from bot.domain.claims import FindingKind, Standing
from index.models import Span
from index.text.initials import Initials

if TYPE_CHECKING:
    from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier

# Kinds of findings with which the evidence may still leave the claim open.
_OPEN_KINDS = {FindingKind.HEDGE, FindingKind.UNSTATED, FindingKind.SUPPORT}


def doubted(
    verifier: "Verifier", compared: Comparison, verdict: "ClaimVerdict", cited: Sequence["Cited"]
) -> "ClaimVerdict | None":
    """Return another verdict for a supported claim, if the evidence supports the denied claim
    more, or leaves it open. Against the words, both doubts are needed, and the judge must be
    able to read the claim."""
    if len(cited) != 1:
        return None
    no = _gain(verifier, verdict, denied(compared.claim), cited)
    perhaps = _gain(verifier, verdict, left_open(compared.claim), cited)
    by_words = verifier.decide(compared, [], None).standing is Standing.SUPPORTED
    if by_words and (no < DENIED or perhaps < OPEN or _is_hard_to_judge(compared)):
        return None
    if no >= max(DENIED, perhaps):
        found = _at(FindingKind.NEGATION, negation(compared.evidence[0]))
        return replace(verdict, standing=Standing.CONTRADICTED, findings=(found,))
    cue = None if is_qualified(compared.claim) else qualifier(compared.evidence[0])
    if no >= DENIED or perhaps >= (OPEN_BESIDE_CUE if cue else OPEN):
        found = _at(FindingKind.HEDGE, cue)
        return replace(verdict, standing=Standing.UNCLEAR, findings=(found,))
    return None


def denied_by_judge(
    verifier: "Verifier", compared: Comparison, verdict: "ClaimVerdict", cited: Sequence["Cited"]
) -> "ClaimVerdict | None":
    """Return the verdict that the claim is contradicted, if the judge reads a contradiction and
    also finds the denied claim supported."""
    unstated = any(each.kind is FindingKind.UNSTATED for each in verdict.findings)
    if unstated or len(cited) != 1 or verdict.contradicts < AGAINST:
        return None
    if _is_about_others(compared, verdict):
        return None
    judged = verifier.judged(denied(compared.claim), cited)
    if not is_denied(verdict.supports, judged):
        return None
    located = tuple(each for each in verdict.findings if each.kind is not FindingKind.SUPPORT)
    found = located or (_at(FindingKind.NEGATION, negation(compared.evidence[0])),)
    return replace(verdict, standing=Standing.CONTRADICTED, findings=found)


def _is_about_others(compared: Comparison, verdict: "ClaimVerdict") -> bool:
    """Return whether the evidence has none of the names of the claim. Such a sentence denies
    nothing about them: "the letter is not binding" is no denial of "Nvidia is binding"."""
    missing = {each.claim for each in verdict.findings if each.kind is FindingKind.NAME}
    names = {Span(name.start, name.end) for name in compared.claim.names}
    return bool(names) and names <= missing


def _gain(
    verifier: "Verifier", verdict: "ClaimVerdict", counterpart: str, cited: Sequence["Cited"]
) -> float:
    """Compute by how much the evidence supports the counterpart more than the claim."""
    return verifier.judged(counterpart, cited).supports - verdict.supports


def turned(
    verifier: "Verifier",
    compared: Comparison,
    verdict: "ClaimVerdict",
    cited: Sequence["Cited"],
    initials: Initials | None,
) -> "ClaimVerdict | None":
    """Return the verdict that the claim is contradicted, if it is supported with two names
    exchanged."""
    found = next(iter(verdict.findings), None)
    if found is None or {each.kind for each in verdict.findings} != {FindingKind.ROLE}:
        return None
    pair = _exchanged_names(compared, found)
    if pair is None:
        return None
    other = exchanged(compared.claim, *pair)
    judged = verifier.judged(other, cited)
    changed = verifier.compare(other, cited, initials)
    if verifier.decide(changed, findings(changed), judged).standing is not Standing.SUPPORTED:
        return None
    return replace(
        verdict,
        standing=Standing.CONTRADICTED,
        findings=(found,),
        exchanged=other,
    )


def unclear(
    verifier: "Verifier",
    compared: Comparison,
    verdict: "ClaimVerdict",
    judged: Judgement,
    cited: Sequence["Cited"],
) -> "ClaimVerdict | None":
    """Return the verdict that the claim is unclear, if one sentence leaves open what the claim
    states as a fact."""
    kinds = {each.kind for each in verdict.findings}
    if len(cited) != 1 or not kinds <= _OPEN_KINDS or is_qualified(compared.claim):
        return None
    span = qualifier(compared.evidence[0])
    if span is None:
        return None
    only_hedged = kinds == {FindingKind.HEDGE} and (
        verifier.decide(compared, [], judged).standing is Standing.SUPPORTED
    )
    if not only_hedged and not _is_withheld(compared):
        if not _shares_words(compared.claim, verifier.stems(cited[0].text)):
            return None
        opened = verifier.judged(left_open(compared.claim), cited)
        if not is_left_open(judged.supports, opened):
            return None
    located = tuple(each for each in verdict.findings if each.kind is not FindingKind.SUPPORT)
    found = located or (_at(FindingKind.HEDGE, span),)
    return replace(verdict, standing=Standing.UNCLEAR, findings=found)


def _at(kind: FindingKind, span: Span | None) -> Finding:
    """Build a finding at the place in the only evidence sentence, or without a place."""
    return Finding(kind) if span is None else Finding(kind, evidence=0, evidence_span=span)


def _is_hard_to_judge(compared: Comparison) -> bool:
    """Return whether the judge often misreads such a claim: its dates or initials may be written in
    another way, or the claim or its evidence says who says it."""
    claim = compared.claim
    written = compared.claim.written_out != claim.text or compared.evidence[0].speakers
    return bool(claim.dates or written or is_qualified(claim))


def _is_withheld(compared: Comparison) -> bool:
    """Return whether the only evidence sentence has all the claim's words, and some of them only
    where it leaves them open."""
    claim = compared.claim
    missing = {claim.stems[i] for i in claim.telling if i not in compared.anywhere}
    withheld = frozenset[str]().union(*(each.stems for each in compared.evidence[0].withheld))
    return bool(missing) and missing <= withheld


def _shares_words(claim: Reading, evidence: frozenset[str]) -> bool:
    """Return whether the evidence has a word of the claim that is not a name's."""
    names = frozenset(stem for name in claim.names for stem in name.stems)
    said = {claim.stems[i] for i in claim.content} - names
    return any(is_in(stem, evidence) for stem in said)


def _exchanged_names(compared: Comparison, found: Finding) -> tuple[Name, Name] | None:
    """Find the two names of the claim that are in each other's role, by the finding of the first.
    Return None if the claim has the other one not exactly once."""
    if found.evidence is None or found.evidence_span is None:
        return None
    claim, evidence = compared.claim, compared.evidence[found.evidence]
    at, span = found.claim, found.evidence_span
    mine = [name for name in claim.names if Span(name.start, name.end) == at]
    theirs = [name for name in evidence.names if Span(name.start, name.end) == span]
    others = [n for n in claim.names if theirs and n.is_same(theirs[0]) and n not in mine]
    return (mine[0], others[0]) if len(mine) == len(others) == 1 else None
