"""The measures against slow reference implementations, and against scikit-learn's where it has
them."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.evaluation import metrics

# Few distinct values, so that ties are common.
SCORES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0]), st.booleans()),
    min_size=1,
    max_size=30,
)
Scored = list[tuple[float, bool]]


def columns(scored: Scored) -> tuple[metrics.Floats, metrics.Bools]:
    return np.array([s for s, _ in scored]), np.array([p for _, p in scored], bool)


def slow_average_precision(relevant: Sequence[bool]) -> float:
    precisions = [
        sum(relevant[:place]) / place
        for place in range(1, len(relevant) + 1)
        if relevant[place - 1]
    ]
    return sum(precisions) / len(precisions) if precisions else math.nan


@given(st.lists(st.booleans(), max_size=20))
def test_average_precision_is_the_mean_of_precisions(relevant: list[bool]) -> None:
    found = metrics.average_precision(np.array(relevant, bool))
    assert found == pytest.approx(slow_average_precision(relevant), nan_ok=True)


def test_average_precision_of_an_example() -> None:
    assert metrics.average_precision(np.array([True, False, True])) == pytest.approx(
        (1 + 2 / 3) / 2
    )


def test_ranks_count_from_one_and_what_is_not_found_is_infinitely_far() -> None:
    assert metrics.first_rank(np.array([False, True, True])) == 2
    assert metrics.first_rank(np.array([False])) == math.inf
    ranks = np.array([1, 2, 4, math.inf])
    assert metrics.mean_reciprocal_rank(ranks) == pytest.approx((1 + 0.5 + 0.25) / 4)
    assert [metrics.recall_at(ranks, k) for k in (1, 3, 10)] == [0.25, 0.5, 0.75]


def test_equal_scores_stay_in_the_order_given() -> None:
    assert metrics.best_first(np.array([0.5, 0.9, 0.5, 0.9])).tolist() == [1, 3, 0, 2]
    many = metrics.best_first(np.array([0.5, 0.9] * 50))  # a few would stay in order by chance
    assert many.tolist() == [*range(1, 100, 2), *range(0, 100, 2)]


@given(SCORES)
def test_auroc_is_the_share_of_pairs_in_the_right_order(scored: Scored) -> None:
    wins = [
        1.0 if one > other else 0.5 if one == other else 0.0
        for one, positive in scored
        if positive
        for other, is_positive in scored
        if not is_positive
    ]
    slow = sum(wins) / len(wins) if wins else math.nan
    assert metrics.auroc(*columns(scored)) == pytest.approx(slow, nan_ok=True)


@given(SCORES)
def test_calibration_error_sums_the_gaps_of_the_bins(scored: Scored) -> None:
    slow = 0.0
    for number in range(10):
        low, high = number / 10, (number + 1) / 10
        held = [(s, p) for s, p in scored if low < s <= high or (number == 0 and s == 0)]
        if held:
            confidence = sum(s for s, _ in held) / len(held)
            right = sum(p for _, p in held) / len(held)
            slow += len(held) / len(scored) * abs(confidence - right)
    assert metrics.calibration_error(*columns(scored)) == pytest.approx(slow)


def test_calibration_error_of_the_sure_and_right_is_nothing() -> None:
    assert metrics.calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert metrics.calibration_error(np.array([1.0, 1.0]), np.array([False, False])) == 1


def test_reliability_keeps_every_question_in_one_bin() -> None:
    found = metrics.reliability(np.array([0.0, 0.1, 0.11, 1.0]), np.array([1, 0, 1, 1], bool))
    assert found.counts.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.confidence[[0, 1, 9]] == pytest.approx([0.05, 0.11, 1.0])
    assert found.right[[0, 1, 9]] == pytest.approx([0.5, 1.0, 1.0])


@given(SCORES)
def test_risk_coverage_has_a_point_for_every_threshold(scored: Scored) -> None:
    slow = []
    for threshold in sorted({s for s, _ in scored}, reverse=True):
        answered = [p for s, p in scored if s >= threshold]
        slow.append((len(answered) / len(scored), 1 - sum(answered) / len(answered)))
    coverage, risk = metrics.risk_coverage(*columns(scored))
    assert list(zip(coverage, risk, strict=True)) == [pytest.approx(point) for point in slow]


@given(SCORES)
def test_mean_risk_lies_between_the_least_and_the_greatest_risk(scored: Scored) -> None:
    _, risk = metrics.risk_coverage(*columns(scored))
    assert risk.min() - 1e-9 <= metrics.mean_risk(*columns(scored)) <= risk.max() + 1e-9


def test_what_is_not_defined_is_nan() -> None:
    nothing, none = np.array([]), np.array([], bool)
    for measure in (metrics.auroc, metrics.calibration_error, metrics.mean_risk):
        assert math.isnan(measure(nothing, none))
    assert math.isnan(metrics.recall_at(nothing, 1))
    assert math.isnan(metrics.mean_reciprocal_rank(nothing))
    assert math.isnan(metrics.auroc(np.array([0.2, 0.4]), np.array([True, True])))


def test_bootstrap_holds_the_value_and_is_the_same_every_time() -> None:
    values = np.arange(100) % 2

    def mean(drawn: NDArray[np.int64]) -> metrics.Floats:
        return np.array([values[drawn].mean(), 7.0])

    low, high = metrics.bootstrap_interval(100, mean, seed=3)
    assert 0.35 < low[0] < 0.43  # two standard errors of .05 on either side of .5
    assert 0.57 < high[0] < 0.65
    assert low[1] == high[1] == 7.0
    assert np.array_equal(metrics.bootstrap_interval(100, mean, seed=3), np.array([low, high]))


def test_the_measures_are_those_of_scikit_learn() -> None:
    # scikit-learn comes with the tools for adopting encoders; a serving environment lacks it.
    theirs = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(5)
    scores, positive = random.integers(0, 40, 400) / 40, random.random(400) < 0.3
    assert metrics.auroc(scores, positive) == pytest.approx(theirs.roc_auc_score(positive, scores))
    # distinct scores: scikit-learn groups ties, where we rank them
    distinct = random.permutation(400).astype(np.float64)
    ours = metrics.average_precision(positive[metrics.best_first(distinct)])
    assert ours == pytest.approx(theirs.average_precision_score(positive, distinct))
