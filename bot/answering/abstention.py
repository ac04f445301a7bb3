"""How sure the best evidence makes us, and whether that is enough to answer."""

import math
from collections.abc import Sequence

from bot.answering.evidence import Evidence

# A logistic over the best sentence's fused score; see docs/evaluation.md for how it was fitted.
_SLOPE, _MIDPOINT = 10.0, 0.45
_ENOUGH = 0.5


def confidence_in(question: str, ranked: Sequence[Evidence]) -> float:
    """The probability that the first of `ranked` answers the question, in [0, 1]."""
    if not ranked:
        return 0.0
    return 1 / (1 + math.exp(-_SLOPE * (ranked[0].score - _MIDPOINT)))


def supports(confidence: float) -> bool:
    """Whether to answer at all: a wrong answer harms more than an honest abstention."""
    return confidence >= _ENOUGH
