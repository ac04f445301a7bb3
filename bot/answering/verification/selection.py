"""Selection of the sentences that support a claim: one, or two if no single one does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.verification.findings import Finding
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import FindingKind, Standing
from index.text.initials import Initials

_CLEARLY_AGAINST = 2.0  # log-odds of the judge
_BESIDE = 4  # sentences that are tried together with the best one
# Kinds of findings that are another value for the same thing.
OPPOSING = frozenset({FindingKind.NUMBER, FindingKind.DATE, FindingKind.NEGATION})
_ORDER = {
    Standing.SUPPORTED: 3,
    Standing.CONTRADICTED: 2,
    Standing.UNCLEAR: 1,
    Standing.NOT_FOUND: 0,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a claim, and the indices of the sentences that it rests on. `against` are the
    single sentences that state something else, best first, if a sentence supports the claim. Then
    `supported` is the verdict without regard to them."""

    verdict: ClaimVerdict
    by: tuple[int, ...]
    against: tuple["Judged", ...] = ()
    supported: ClaimVerdict | None = None

    @property
    def rank(self) -> tuple[int, float]:
        return _ORDER[self.verdict.standing], self.verdict.score


def verify_best(
    verifier: Verifier, claim: str, cited: Sequence[Cited], initials: Initials | None = None
) -> Judged | None:
    """Verify a claim against the sentences; None if there are none. Three sentences are never
    combined: each of them could have a few words of the claim, and none what it says."""

    def by(numbers: tuple[int, ...], said: str = claim) -> Judged:
        return Judged(verifier.verify(said, [cited[n] for n in numbers], initials), numbers)

    single = sorted(
        (by((number,)) for number in range(len(cited))),
        key=lambda judged: judged.rank,
        reverse=True,
    )
    if not single:
        return None
    if single[0].verdict.standing is Standing.SUPPORTED:
        best = single[0]
        turned = next((each for each in single if each.verdict.exchanged), None)
        if turned and by(best.by, turned.verdict.exchanged).verdict.standing is Standing.SUPPORTED:
            return turned  # the best sentence does not tell the roles of the names apart
        against = tuple(
            each
            for each in single[1:]
            if opposes(each.verdict) or outweighs(each.verdict, best.verdict)
        )
        return replace(_disputed(best, against), against=against, supported=best.verdict)
    agreeing = [each for each in single if _may_be_combined(each.verdict)]
    if single[0] not in agreeing:
        return single[0]
    for other in agreeing[1 : 1 + _BESIDE]:
        both = by((*single[0].by, *other.by))
        if both.verdict.standing is Standing.SUPPORTED:
            return both
    return single[0]


def _may_be_combined(verdict: ClaimVerdict) -> bool:
    """Return whether a sentence may support a claim together with another one. What one sentence
    leaves open, another one does not settle."""
    return verdict.contradicts < 0 and verdict.standing is not Standing.UNCLEAR


def opposes(verdict: ClaimVerdict) -> bool:
    """Return whether a sentence states something else about what the claim names: another number or
    date, a "not", or what the judge clearly reads as a contradiction."""
    kinds = {each.kind for each in verdict.findings}
    if verdict.contradicts <= 0 or not kinds <= {*OPPOSING, FindingKind.SUPPORT}:
        return False
    ruled = verdict.standing is Standing.CONTRADICTED
    return ruled or verdict.contradicts > _CLEARLY_AGAINST


def outweighs(verdict: ClaimVerdict, supporting: ClaimVerdict) -> bool:
    """Return whether the judge reads a contradiction more clearly than the support: "A, the chief
    of B" beside "C, the chief of B"."""
    return verdict.contradicts > max(supporting.supports, _CLEARLY_AGAINST)


def _disputed(best: Judged, others: Sequence[Judged]) -> Judged:
    """Return the best verdict, but as NOT_FOUND if another sentence outweighs it."""
    if not any(outweighs(each.verdict, best.verdict) for each in others):
        return best
    found = (Finding(FindingKind.SUPPORT),)
    return replace(best, verdict=replace(best.verdict, standing=Standing.NOT_FOUND, findings=found))
