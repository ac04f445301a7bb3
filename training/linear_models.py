"""Fitting of linear models: listwise softmax for ranking, logistic regression with signed weights
for probabilities."""

from collections.abc import Iterable, Sequence, Set
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.answering.ranking.evidence_model import CONFIDENCE_NAMES, Linear
from bot.evaluation.metrics import Floats

# Features whose weight must not be positive, and features whose weight may have either sign; no
# other weight may be negative. Without these bounds a few hundred questions teach accidents of one
# set.
_AGAINST = {
    "missing", "missing_most", "missing_name", "negation_differs", "other_number",
    "missing_superlative", "other_name", "points_back", "absent", "absent_most", "absent_name",
    "absent_article", "absent_article_most", "absent_article_name", "absent_article_share",
    "absent_rare",
}  # fmt: skip
_EITHER = {"negated", "words", "precision", "terms", "question_weight", "new_numbers",
           "new_names", "cover_numbers"}  # fmt: skip

NO_MODEL = Linear(names=(), mean=(), deviation=(), weights=(), bias=0.0, clip=1.0)

_Odds = TypeVar("_Odds", Floats, NDArray[np.floating], np.float64)


def probability(odds: _Odds) -> _Odds:
    """Compute the probabilities of log-odds."""
    found: _Odds = 1 / (1 + np.exp(-odds))
    return found


def fit_ranking(
    tables: Sequence[Floats],
    right: Sequence[Floats],
    weights: Sequence[float],
    names: Sequence[str],
    *,
    ridge: float,
) -> Linear:
    """Fit a listwise softmax (Cao et al. 2007). Each table has one row per candidate of one
    question."""
    mean, deviation, standard = _standardise(np.concatenate(tables), 5.0)
    starts = np.cumsum([0] + [len(table) for table in tables])[:-1]
    targets = np.concatenate([r / r.sum() * w for r, w in zip(right, weights, strict=True)])
    group = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    share = np.asarray(weights)

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = standard @ w
        scores -= np.maximum.reduceat(scores, starts)[group]
        exponents = np.exp(scores)
        sums = np.add.reduceat(exponents, starts)
        value = (share * np.log(sums)).sum() - (targets * scores).sum()
        slope = standard.T @ (share[group] * exponents / sums[group] - targets)
        return value + ridge / 2 * (w @ w), slope + ridge * w

    found = minimize(loss, np.zeros(standard.shape[1]), jac=True, method="L-BFGS-B",
                     options={"maxiter": 500})  # fmt: skip
    return _linear(names, mean, deviation, found.x, 0.0, 5.0)


def fit_confidence(
    table: Floats, labels: NDArray[np.int64], weights: Floats, *, ridge: float
) -> Linear:
    """Fit the probability that the first candidate answers."""
    return fit_logistic(
        table, labels, weights, CONFIDENCE_NAMES, against=_AGAINST, either=_EITHER, ridge=ridge
    )


def fit_logistic(
    table: Floats,
    labels: Floats | NDArray[np.int64],
    weights: Floats,
    names: Sequence[str],
    *,
    against: Set[str],
    either: Set[str],
    ridge: float,
) -> Linear:
    """Fit a logistic regression with bounded weights: at most 0 for `against`, free for `either`,
    at least 0 for all others."""
    mean, deviation, standard = _standardise(table, 4.0)
    share = weights / weights.mean()

    def loss(w: Floats) -> tuple[float, Floats]:
        odds = standard @ w[:-1] + w[-1]
        wrong = share * (probability(odds) - labels)
        value = (share * (np.logaddexp(0, odds) - labels * odds)).sum()
        slope = np.append(standard.T @ wrong + ridge * w[:-1], wrong.sum())
        return value + ridge / 2 * (w[:-1] @ w[:-1]), slope

    bounds = [
        (None, None) if name in either else (None, 0.0) if name in against else (0.0, None)
        for name in names
    ]
    found = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B",
                     bounds=[*bounds, (None, None)], options={"maxiter": 500})  # fmt: skip
    return _linear(names, mean, deviation, found.x[:-1], found.x[-1], 4.0)


def _standardise(table: Floats, clip: float) -> tuple[Floats, Floats, Floats]:
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-3
    return mean, deviation, np.clip((table - mean) / deviation, -clip, clip)


def _linear(
    names: Sequence[str],
    mean: Floats,
    deviation: Floats,
    weights: Floats,
    bias: float,
    clip: float,
) -> Linear:
    def rounded(values: Iterable[float]) -> tuple[float, ...]:
        return tuple(round(float(value), 5) + 0.0 for value in values)  # no "-0.0"

    return Linear(
        names=tuple(names),
        mean=rounded(mean),
        deviation=rounded(deviation),
        weights=rounded(weights),
        bias=round(float(bias), 5),
        clip=clip,
    )
