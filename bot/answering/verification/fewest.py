"""By which of several sentences a claim is carried: by one, or by two where no single one does."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.verification.verifying import Cited, Verdict, Verifier
from bot.claims import Standing
from index.initials import Initials

_BESIDE = 4  # sentences that are tried together with the best
_ORDER = {Standing.SUPPORTED: 2, Standing.CONTRADICTED: 1, Standing.NOT_FOUND: 0}


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim's verdict, and which of the sentences it is by."""

    verdict: Verdict
    by: tuple[int, ...]

    @property
    def rank(self) -> tuple[int, float]:
        return _ORDER[self.verdict.standing], self.verdict.score


def judge(
    verifier: Verifier, claim: str, cited: Sequence[Cited], initials: Initials | None = None
) -> Judged | None:
    """None where there is no sentence. Never by three: of many together each may have a few words
    of the claim and none what it says."""

    def by(*numbers: int) -> Judged:
        return Judged(verifier.verify(claim, [cited[n] for n in numbers], initials), numbers)

    single = sorted(
        (by(number) for number in range(len(cited))), key=lambda judged: judged.rank, reverse=True
    )
    if not single or single[0].verdict.standing is Standing.SUPPORTED:
        return single[0] if single else None
    for other in single[1 : 1 + _BESIDE]:
        both = by(*single[0].by, *other.by)
        if both.verdict.standing is Standing.SUPPORTED:
            return both
    return single[0]
