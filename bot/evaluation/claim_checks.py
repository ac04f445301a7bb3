"""Claims whose label is known, checked as `dealbot check` does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.claims import Check, Claims, Standing
from bot.evaluation.metrics import Bools, auroc
from bot.evaluation.outcomes import row_with_intervals
from bot.evaluation.questions import EvalClaim
from bot.evaluation.results import Row
from bot.serving.service import AnswerService

CHECK = "check"  # the method of these rows
CLAIM_MEASURES = "supported", "passed", "contradicted", "AUROC"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """The label of a claim, and what its check says."""

    label: str
    standing: Standing
    score: float


async def check_all(service: AnswerService, claims: Iterable[EvalClaim]) -> list[CheckedClaim]:
    """Check one claim after the other."""
    return [
        checked_claim(claim, await service.check(Claims(question=claim.claim))) for claim in claims
    ]


def checked_claim(claim: EvalClaim, check: Check) -> CheckedClaim:
    """Take the sentence that the articles carry least, should a claim have several."""
    least = min(check.sentences, key=lambda s: (s.standing is Standing.SUPPORTED, s.score))
    return CheckedClaim(claim.label, least.standing, least.score)


def claim_row(name: str, checked: Sequence[CheckedClaim]) -> Row:
    """The measures of a set: the share of supported claims that are recognised, of unsupported ones
    that pass as supported, of contradicted ones that are recognised, and the AUROC of the score."""
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
