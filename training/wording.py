"""Fit of the linear models over the wording of messages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.answering.question.wording_model import WordingModel
from bot.evaluation.metrics import Floats

FEWEST_TOPICS = 2  # of a feature
_RIDGE = 0.3
_SMALLEST = 0.03  # weights below say nothing


@dataclass(frozen=True, slots=True)
class Example:
    """Features with the number of their class. `weight` is how much the example counts."""

    topic: str
    features: frozenset[str]
    target: int
    weight: float = 1.0


def fit(examples: Sequence[Example], classes: Sequence[str]) -> WordingModel:
    """Fit a multinomial logistic regression over the features that two topics have. Every class
    counts by the root of its size."""
    topics = defaultdict[str, set[str]](set)
    for each in examples:
        for feature in each.features:
            topics[feature].add(each.topic)
    names = sorted(name for name, found in topics.items() if len(found) >= FEWEST_TOPICS)
    target = np.zeros((len(examples), len(classes)))
    target[np.arange(len(examples)), [each.target for each in examples]] = 1
    share = (1 / np.sqrt(target.sum(axis=0)))[target.argmax(axis=1)]
    share = share / share.mean() * [each.weight for each in examples]
    weights = _minimised(_table(examples, names), target, share)
    kept = np.flatnonzero(np.abs(weights[:-1]).max(axis=1) >= _SMALLEST)
    return WordingModel(
        classes=tuple(str(each) for each in classes),
        bias=tuple(weights[-1].tolist()),
        weights={names[row]: tuple(weights[row].tolist()) for row in kept.tolist()},
    )


def _table(examples: Sequence[Example], names: Sequence[str]) -> csr_matrix:
    """Return a table with a row for each example, a column for each feature, and one of ones."""
    columns = {name: column for column, name in enumerate(names)}
    rows, found = list[int](), list[int]()
    for row, example in enumerate(examples):
        here = [columns[name] for name in example.features if name in columns]
        found += [*here, len(names)]
        rows += [row] * (len(here) + 1)
    shape = (len(examples), len(names) + 1)
    return csr_matrix((np.ones(len(rows)), (rows, found)), shape=shape)


def _minimised(table: csr_matrix, target: Floats, share: Floats) -> Floats:
    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(table.shape[1], -1)
        odds = table @ weights
        odds -= np.logaddexp.reduce(odds, axis=1, keepdims=True)
        wrong = share[:, None] * (np.exp(odds) - target)
        slope = table.T @ wrong + _RIDGE * weights
        value = -(share[:, None] * target * odds).sum() + _RIDGE / 2 * (weights**2).sum()
        return float(value), np.asarray(slope).ravel()

    size = table.shape[1] * target.shape[1]
    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 80})
    weights: Floats = found.x.reshape(table.shape[1], -1).round(2) + 0.0
    return weights
