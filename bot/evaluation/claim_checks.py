"""Claims with known labels, checked as by `dealbot check`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.claims import Check, CheckRequest, Standing
from bot.evaluation.metrics import Bools, auroc
from bot.evaluation.outcomes import row_with_intervals
from bot.evaluation.questions import EvalClaim
from bot.evaluation.results import Row
from bot.serving.service import AnswerService

CHECK = "check"  # the method of these rows
CLAIM_MEASURES = "supported", "passed", "contradicted", "AUROC"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """Label of a claim, and the result of its check."""

    label: str
    standing: Standing
    score: float


async def check_all(service: AnswerService, claims: Iterable[EvalClaim]) -> list[CheckedClaim]:
    """Check the claims one after the other."""
    return [
        checked_claim(claim, await service.check(CheckRequest(text=claim.claim)))
        for claim in claims
    ]


def checked_claim(claim: EvalClaim, check: Check) -> CheckedClaim:
    """Take the sentence with the least support, in case the claim has several."""
    least = min(check.sentences, key=lambda s: (s.standing is Standing.SUPPORTED, s.score))
    return CheckedClaim(claim.label, least.standing, least.score)


def claim_row(name: str, checked: Sequence[CheckedClaim]) -> Row:
    """Compute the measures of a set of claims.

    They are the share of supported claims that are recognised, of unsupported claims that pass as
    supported, of contradicted claims that are recognised, and the AUROC of the score."""
    label = np.array([one.label for one in checked])
    standing = np.array([one.standing.value for one in checked])
    score = np.array([one.score for one in checked])

    def measure(drawn: NDArray[np.int64]) -> dict[str, float]:
        right = label[drawn] == Standing.SUPPORTED.value
        kept = standing[drawn] == Standing.SUPPORTED.value
        contradicted = label[drawn] == Standing.CONTRADICTED.value
        recognised = standing[drawn] == Standing.CONTRADICTED.value
        shares = _share(kept[right]), _share(kept[~right]), _share(recognised[contradicted])
        return dict(zip(CLAIM_MEASURES, (*shares, auroc(score[drawn], right)), strict=True))

    return row_with_intervals(name, CHECK, "all", label == Standing.SUPPORTED.value, measure)


def _share(values: Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")
