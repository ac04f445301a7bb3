"""Nouns that numbers measure: in "the deal of A is worth a million" the number measures the
deal."""

import re
from collections.abc import Iterator

from bot.answering.text.clauses import Boundary, clause_start
from bot.answering.text.context import leans_on_previous
from bot.answering.verification.comparison import Comparison, is_in
from bot.answering.verification.reading import Name, Reading
from index.models import Span
from index.text.quantities import Quantity

_END_OF_HEAD = re.compile(
    r"(?<!\w)(?:of|in|on|at|by|for|from|with|between|to|about|behind|among|against|is|are|was|were|"
    r"has|have|had|will|would|can|could|may|might|that|which|who)(?!\w)"
)
_CLAUSE = Boundary.ANY & ~Boundary.AND  # "the deal between A and B is worth" is one clause
# Nouns such as "the lender" may stand for a name.
_AGENT = re.compile(r"(?:er|or|ist|giant|group|bank|start-?up)s?\s*$")
_OPENS = re.compile(r"(?:the |an? )?", re.IGNORECASE)
_BELONGS = re.compile(r"['’]s?(?!\w)|(?:,? and|,) | [^\W\d_a-z]")

Place = tuple[int, Span]


def other_heads(compared: Comparison) -> Iterator[tuple[Name, Place]]:
    """Find names with a number that the evidence gives, in the same words, for another noun, which
    the claim does not have. Yield each name and the location of that noun."""
    for quantity in compared.claim.quantities:
        name = _subject(compared.claim, quantity)
        if name is None:
            continue
        heads = list(_heads(compared, name, quantity))
        if heads and None not in heads:
            yield name, next(head for head in heads if head)


def _subject(claim: Reading, quantity: Quantity) -> Name | None:
    """Find the name that opens the clause of the number."""
    start = clause_start(claim.text, quantity.start, _CLAUSE)
    opens = _OPENS.match(claim.text, start)
    first = opens.end() if opens else start
    named = (name for name in claim.names if name.start == first and name.end < quantity.start)
    name = next(named, None)
    return None if name is None or _BELONGS.match(claim.text, name.end) else name


def _heads(compared: Comparison, name: Name, quantity: Quantity) -> Iterator[Place | None]:
    """Yield the noun that the number measures, for each time that the evidence has the number with
    the claim's words. Yield None if the noun may be the name."""
    said = [i for i in compared.claim.content if name.end <= compared.claim.words[i].start]
    said = [i for i in said if compared.claim.words[i].start < quantity.start]
    for number, evidence in enumerate(compared.evidence):
        for other in evidence.quantities:
            if other.is_same(quantity):
                clause = clause_start(evidence.text, other.start, _CLAUSE)
                words = _stems(evidence, clause, other.start)
                by_its_words = said and all(is_in(compared.claim.stems[i], words) for i in said)
                yield _other_head(compared, name, evidence, other, number) if by_its_words else None


def _other_head(
    compared: Comparison, name: Name, evidence: Reading, quantity: Quantity, number: int
) -> Place | None:
    start = clause_start(evidence.text, quantity.start, _CLAUSE)
    end = _END_OF_HEAD.search(evidence.text, start, quantity.start)
    if end is None or leans_on_previous(evidence.text[start:]):
        return None
    head = evidence.text[start : end.start()]
    stems = _stems(evidence, start, end.start())
    in_claim = any(is_in(stem, frozenset(compared.claim.stems)) for stem in stems)
    if not stems or in_claim or _AGENT.search(head):
        return None
    return number, Span(start, start + len(head.rstrip()))


def _stems(evidence: Reading, start: int, end: int) -> frozenset[str]:
    places = (i for i in evidence.content if start <= evidence.words[i].start < end)
    return frozenset(evidence.stems[i] for i in places)
