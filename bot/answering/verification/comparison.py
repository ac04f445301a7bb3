"""Comparison of a claim with the sentences that it cites: which of its words each of them has."""

from collections.abc import Sequence
from functools import cached_property

from bot.answering.text.context import leans_on_previous
from bot.answering.verification.reading import Reading, SentenceReader

_SAME_BEGINNING = 0.7  # common beginning of two forms of a word, as a share of the longer
_FEWEST_LETTERS = 4
_BEARS = 0.5  # share of a clause at which a sentence may be its source


class Comparison:
    """A claim beside its evidence. `context` holds the stems of what surrounds the evidence: its
    article's title and date, and the sentences that it refers back to."""

    def __init__(
        self,
        reader: SentenceReader,
        claim: Reading,
        evidence: Sequence[Reading],
        context: frozenset[str],
    ) -> None:
        self._reader = reader
        self.claim, self.evidence = claim, evidence
        self.context = context
        self.weights = {i: reader.weight(claim.words[i].lower) for i in claim.telling}
        self.found = [
            _with_leant_on(claim, _found(claim, each), context)
            if leans_on_previous(each.text)
            else _found(claim, each)
            for each in evidence
        ]
        self.anywhere = frozenset[int]().union(*self.found)
        self.stems = frozenset[str]().union(*(each.expanded for each in evidence))

    def share(self, having: frozenset[int], of: Sequence[int] | None = None) -> float:
        """Compute the weighted share of the claim's words, or of those in `of`, that is in
        `having`. Return 1 if there are none."""
        places = self.claim.content if of is None else of
        total = sum(self.weights[i] for i in places)
        return sum(self.weights[i] for i in places if i in having) / total if total else 1.0

    def best(self, of: Sequence[int] | None = None) -> float:
        """Compute the largest share that one sentence has."""
        return max((self.share(having, of) for having in self.found), default=0.0)

    @cached_property
    def written_out(self) -> "Comparison":
        """The same comparison with all initials written out."""
        readings = (self.claim, *self.evidence)
        if all(each.written_out == each.text for each in readings):
            return self
        claim, *evidence = (self._reader.read(each.written_out) for each in readings)
        return Comparison(self._reader, claim, evidence, self.context)

    @cached_property
    def bearing(self) -> list[Reading]:
        """The sentences that may be the source of the claim or of one of its clauses."""
        return [
            reading
            for reading, having in zip(self.evidence, self.found, strict=True)
            if any(self.share(having, clause) >= _BEARS for clause in self.claim.clauses)
        ]


def _found(claim: Reading, evidence: Reading) -> frozenset[int]:
    """Find the informative words of the claim that the sentence has, as they are or as initials."""
    found = {i for i in claim.telling if is_in(claim.stems[i], evidence.expanded)}
    for name in claim.names:
        if evidence.expanded.issuperset(name.meaning):
            found.update(i for i in claim.telling if name.start <= claim.words[i].start < name.end)
    return frozenset(found)


def _with_leant_on(
    claim: Reading, found: frozenset[int], context: frozenset[str]
) -> frozenset[int]:
    """Add the words that open the claim and are in the context: "it" in the sentence may stand for
    them."""
    opening = range(min(found, default=0))
    return found.union(i for i in claim.telling if i in opening and is_in(claim.stems[i], context))


def is_in(stem: str, stems: frozenset[str]) -> bool:
    """Return whether the stem, or another form of it with the same beginning, is in `stems`."""
    if stem in stems:
        return True
    return len(stem) >= _FEWEST_LETTERS and any(_is_form(stem, other) for other in stems)


def _is_form(one: str, other: str) -> bool:
    if one[0] != other[0] or one[0].isdigit() or len(other) < _FEWEST_LETTERS:
        return False
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    shared = min(len(one), len(other)) if shared is None else shared
    return shared >= _FEWEST_LETTERS and shared >= _SAME_BEGINNING * max(len(one), len(other))
