"""Selection of the sentences that support a claim: one, or two if no single one does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from bot.answering.verification.findings import Finding
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import FindingKind, Standing
from index.text.initials import Initials

_CLEARLY_AGAINST = 2.0  # log-odds of the judge
_BESIDE = 4  # sentences that are tried together with the best one
_ORDER = {Standing.SUPPORTED: 2, Standing.CONTRADICTED: 1, Standing.NOT_FOUND: 0}


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a claim, and the indices of the sentences that it rests on."""

    verdict: ClaimVerdict
    by: tuple[int, ...]

    @property
    def rank(self) -> tuple[int, float]:
        return _ORDER[self.verdict.standing], self.verdict.score


def verify_best(
    verifier: Verifier, claim: str, cited: Sequence[Cited], initials: Initials | None = None
) -> Judged | None:
    """Verify a claim against the sentences; None if there are none. Three sentences are never
    combined: each of them could have a few words of the claim, and none what it says."""

    def by(*numbers: int) -> Judged:
        return Judged(verifier.verify(claim, [cited[n] for n in numbers], initials), numbers)

    single = sorted(
        (by(number) for number in range(len(cited))), key=lambda judged: judged.rank, reverse=True
    )
    if not single:
        return None
    if single[0].verdict.standing is Standing.SUPPORTED:
        return _disputed(single[0], single[1:])
    agreeing = [each for each in single if each.verdict.contradicts < 0]
    if single[0] not in agreeing:
        return single[0]
    for other in agreeing[1 : 1 + _BESIDE]:
        both = by(*single[0].by, *other.by)
        if both.verdict.standing is Standing.SUPPORTED:
            return both
    return single[0]


def _disputed(best: Judged, others: Sequence[Judged]) -> Judged:
    """Return the best verdict, but as NOT_FOUND if another sentence contradicts the claim more than
    the best one supports it: "A, the chief of B" beside "C, the chief of B"."""
    against = max((each.verdict.contradicts for each in others), default=-inf)
    if against <= max(best.verdict.supports, _CLEARLY_AGAINST):
        return best
    found = (Finding(FindingKind.SUPPORT),)
    return replace(best, verdict=replace(best.verdict, standing=Standing.NOT_FOUND, findings=found))
