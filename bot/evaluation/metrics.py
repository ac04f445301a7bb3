"""Measures of an evaluation: pure functions of numpy arrays, each with its source.

A measure that is undefined on its input (no positive, no question) is `nan`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def best_first(scores: Floats) -> NDArray[np.int64]:
    """Return positions by falling score; equal scores keep their order, as a reader sees them."""
    return np.argsort(-np.asarray(scores, np.float64), kind="stable")


def average_precision(relevant: Bools) -> float:
    """Compute the mean, over the relevant places of a ranking, of the precision down to that place.

    Its mean over questions is MAP (Manning, Raghavan, Schütze 2008, "Introduction to Information
    Retrieval", 8.4). `relevant` is in ranked order and covers all items."""
    places = np.flatnonzero(relevant) + 1
    if not len(places):
        return float("nan")
    return float((np.arange(1, len(places) + 1) / places).mean())


def first_rank(relevant: Bools) -> float:
    """Return the place of the first relevant item, counted from 1; inf if there is none."""
    places = np.flatnonzero(relevant)
    return float(places[0] + 1) if len(places) else float("inf")


def mean_reciprocal_rank(ranks: Floats) -> float:
    """Compute the mean of 1 / rank of the first relevant item, 0 if none was found.

    Voorhees 1999, "The TREC-8 Question Answering Track Report"."""
    return float((1 / np.asarray(ranks)).mean()) if len(ranks) else float("nan")


def recall_at(ranks: Floats, k: int) -> float:
    """Compute the share of questions with a relevant item among the first k.

    This is recall@k of open question answering (Karpukhin et al. 2020: "top-k accuracy")."""
    return float((np.asarray(ranks) <= k).mean()) if len(ranks) else float("nan")


def auroc(scores: Floats, positive: Bools) -> float:
    """Compute the area under the ROC curve.

    It is the probability that a positive scores above a negative, where a tie counts half (the
    Mann-Whitney statistic; Hanley and McNeil 1982)."""
    positive = np.asarray(positive, bool)
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    _, place, size = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(size) - (size - 1) / 2  # equal scores share the mean of their ranks
    above = mean_rank[place][positive].sum() - count * (count + 1) / 2
    return float(above / (count * others))


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of confidence: the number of cases, their mean confidence, and the share that is right.

    In an empty bin, the latter two are 0."""

    counts: NDArray[np.int64]
    confidence: Floats
    right: Floats


def reliability(confidence: Floats, right: Bools, bins: int = 10) -> Reliability:
    """Compute the bins of the reliability diagram, equally wide: ((m-1)/bins, m/bins].

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2."""
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    place = np.digitize(confidence, edges, right=True)
    counts = np.bincount(place, minlength=bins)
    size = np.maximum(counts, 1)
    return Reliability(
        counts,
        np.bincount(place, confidence, bins) / size,
        np.bincount(place, np.asarray(right, np.float64), bins) / size,
    )


def calibration_error(confidence: Floats, right: Bools, bins: int = 10) -> float:
    """Compute the expected calibration error (Guo et al. 2017, equation 3).

    It is the gap between confidence and share right in each bin, weighted with the bin's share of
    the questions."""
    if not len(confidence):
        return float("nan")
    found = reliability(confidence, right, bins)
    gaps = np.abs(found.confidence - found.right)
    return float((gaps * found.counts).sum() / len(confidence))


def risk_coverage(confidence: Floats, right: Bools) -> tuple[Floats, Floats]:
    """Compute coverage and selective risk for every threshold on confidence.

    Coverage is the share that is answered; risk is the share of these answers that is wrong
    (El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification").
    Coverage rises to 1. Equal confidences are answered together, since no threshold separates
    them."""
    order = best_first(confidence)
    wrong = ~np.asarray(right, bool)[order]
    answered = np.arange(1, len(order) + 1)
    last_of_ties = np.append(np.diff(np.asarray(confidence)[order]) != 0, True)[: len(order)]
    risk = np.cumsum(wrong) / answered
    return (answered / max(1, len(order)))[last_of_ties], risk[last_of_ties]


def mean_risk(confidence: Floats, right: Bools) -> float:
    """Compute the area under the risk-coverage curve as a step function; lower is better.

    AURC, Geifman, Uziel and El-Yaniv 2019."""
    coverage, risk = risk_coverage(confidence, right)
    if not len(coverage):
        return float("nan")
    return float((np.diff(coverage, prepend=0.0) * risk).sum())


def bootstrap_interval(
    count: int, statistic: Callable[[NDArray[np.int64]], Floats], *, seed: int, rounds: int = 200
) -> Floats:
    """Compute the 95% percentile interval of each value of `statistic` over resampled questions.

    The shape is (2, values). `statistic` gets the positions drawn (Efron and Tibshirani 1993,
    chapter 13)."""
    random = np.random.default_rng(seed)
    drawn = np.stack([statistic(random.integers(0, count, count)) for _ in range(rounds)])
    found: Floats = np.percentile(drawn, [2.5, 97.5], axis=0)
    return found
