"""Curves of one set, for the plots."""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.evaluation.metrics import Floats, recall_at, reliability, risk_coverage
from bot.evaluation.outcomes import Columns, Outcome
from bot.evaluation.results import Curves
from bot.evaluation.retrieval import DEPTH

_POINTS = 50  # per curve: enough for a plot, few enough to read in a diff


def curves_of(
    name: str, by_method: Mapping[str, Sequence[Outcome]], calibrated: Sequence[Outcome]
) -> Curves:
    """Compute recall by rank for each method, and risk against coverage and reliability.

    `calibrated` are the outcomes for the latter two: their scores are probabilities."""
    columns = Columns(calibrated, calibrated=True)
    coverage, risk = risk_coverage(columns.score, columns.right)
    kept = np.unique(np.linspace(0, len(coverage) - 1, _POINTS).astype(int))
    bins = reliability(columns.score, columns.right)
    return Curves(
        set=name,
        recall={method: _recall(outcomes) for method, outcomes in by_method.items()},
        coverage=_written(coverage[kept]),
        risk=_written(risk[kept]),
        bin_confidence=_written(bins.confidence),
        bin_right=_written(bins.right),
        bin_counts=tuple(bins.counts.tolist()),
    )


def _recall(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
    ranks = np.array([one.rank for one in outcomes if one.answerable])
    return _written(np.array([recall_at(ranks, k) for k in range(1, DEPTH + 1)]))


def _written(values: Floats) -> tuple[float, ...]:
    return tuple(np.round(values, 4).tolist())
