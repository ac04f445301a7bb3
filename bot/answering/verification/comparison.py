"""A claim beside the sentences that it cites: which of its words each of them has."""

from collections.abc import Sequence
from functools import cached_property

from bot.answering.text.context import leans_on_previous
from bot.answering.verification.reading import Reading, SentenceReader

_SAME_BEGINNING = 0.7  # of the longer word, from which two may be forms of one word
_FEWEST_LETTERS = 4
_BEARS = 0.5  # the share of a clause from which a sentence may be what it goes back to


class Comparison:
    """The claim, its evidence, and the stems of what
    the evidence stands in: its article's title and date, the sentences that it leans on."""

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
        """The weighted share of the claim's words, or of some of them, that is among these."""
        places = self.claim.content if of is None else of
        total = sum(self.weights[i] for i in places)
        return sum(self.weights[i] for i in places if i in having) / total if total else 1.0

    def best(self, of: Sequence[int] | None = None) -> float:
        """The largest share that one sentence has."""
        return max((self.share(having, of) for having in self.found), default=0.0)

    @cached_property
    def written_out(self) -> "Comparison":
        """The same with what initials stand for in their place."""
        readings = (self.claim, *self.evidence)
        if all(each.written_out == each.text for each in readings):
            return self
        claim, *evidence = (self._reader.read(each.written_out) for each in readings)
        return Comparison(self._reader, claim, evidence, self.context)

    @cached_property
    def bearing(self) -> list[Reading]:
        """The sentences that the claim, or one of its clauses, may go back to."""
        return [
            reading
            for reading, having in zip(self.evidence, self.found, strict=True)
            if any(self.share(having, clause) >= _BEARS for clause in self.claim.clauses)
        ]


def _found(claim: Reading, evidence: Reading) -> frozenset[int]:
    """Which telling words of the claim the sentence has, as they are or as their initials."""
    found = {i for i in claim.telling if is_in(claim.stems[i], evidence.expanded)}
    for name in claim.names:
        if evidence.expanded.issuperset(name.meaning):
            found.update(i for i in claim.telling if name.start <= claim.words[i].start < name.end)
    return frozenset(found)


def _with_leant_on(
    claim: Reading, found: frozenset[int], context: frozenset[str]
) -> frozenset[int]:
    """With the words that open the claim and that "it" may stand for in the sentence."""
    opening = range(min(found, default=0))
    return found.union(i for i in claim.telling if i in opening and is_in(claim.stems[i], context))


def is_in(stem: str, stems: frozenset[str]) -> bool:
    """Whether the stem, or another form of it by its beginning, is among these."""
    if stem in stems:
        return True
    return len(stem) >= _FEWEST_LETTERS and any(_is_form(stem, other) for other in stems)


def _is_form(one: str, other: str) -> bool:
    if one[0] != other[0] or one[0].isdigit() or len(other) < _FEWEST_LETTERS:
        return False
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    shared = min(len(one), len(other)) if shared is None else shared
    return shared >= _FEWEST_LETTERS and shared >= _SAME_BEGINNING * max(len(one), len(other))
