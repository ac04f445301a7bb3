"""Weighing of a model of features against what other models read in both sentences."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.ranking.evidence_model import Linear
from bot.evaluation.metrics import Floats
from training.linear_models import fit_logistic, probability

FEATURES = "features"
RIDGE = 1.0


class Stack:
    """A logistic model over the score of `linear` and over the log-odds that models read. Log-odds
    farther than `most` from their mean are cut off. No weight is negative."""

    def __init__(
        self, linear: Linear, most: Mapping[str, float], examples: Sequence[Mapping[str, float]]
    ) -> None:
        self._linear, self._most = linear, dict(most)
        read = np.array([[each[name] for name in most] for each in examples])
        self._mean = read.mean(axis=0)
        limits = np.array(list(most.values()))
        features = np.array([[each[name] for name in linear.names] for each in examples])
        away = np.clip(read - self._mean, -limits, limits)
        self._table = np.column_stack([linear.scores(features), away])

    def fit(self, right: NDArray[np.bool_], weights: Floats) -> Linear:
        """Fit all examples; return one model over the features and what was read."""
        share, *of_read, bias = _unstandardised(self._fitted(self._table, right, weights))
        linear, limits = self._linear, np.array(list(self._most.values())) / self._linear.clip
        joined = (*(w * share for w in linear.weights), *(np.array(of_read) * limits).tolist())
        return Linear(
            names=(*linear.names, *self._most),
            mean=(*linear.mean, *self._mean.round(5).tolist()),
            deviation=(*linear.deviation, *limits.round(5).tolist()),
            weights=tuple(round(w, 5) for w in joined),
            bias=round(share * linear.bias + bias, 5),
            clip=linear.clip,
        )

    def held_out(
        self, right: NDArray[np.bool_], weights: Floats, folds: NDArray[np.int64]
    ) -> Floats:
        """Compute the probability of each example by a fit of the other folds."""
        scores = np.zeros(len(self._table))
        for fold in set(folds.tolist()):
            away = folds == fold
            kept = self._fitted(self._table[~away], right[~away], weights[~away])
            scores[away] = probability(kept.scores(self._table[away]))
        return scores

    def _fitted(self, table: Floats, right: NDArray[np.bool_], weights: Floats) -> Linear:
        return fit_logistic(
            table,
            right.astype(float),
            weights,
            (FEATURES, *self._most),
            against=set(),
            either=set(),
            ridge=RIDGE,
        )


def _unstandardised(linear: Linear) -> tuple[float, ...]:
    """Return the weights for raw features, and the bias."""
    weights = [w / d for w, d in zip(linear.weights, linear.deviation, strict=True)]
    shift = sum(m * w for m, w in zip(linear.mean, weights, strict=True))
    return *weights, linear.bias - shift
