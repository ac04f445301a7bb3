"""Outcomes of each method on each question, and the measures over many of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.metrics import (
    Bools,
    Floats,
    auroc,
    bootstrap_interval,
    calibration_error,
    mean_reciprocal_rank,
    mean_risk,
    recall_at,
)
from bot.evaluation.results import Row
from bot.evaluation.summary import rounded

SEED = 20261123  # of the bootstrap, the only random part of an evaluation
PARTS = ("all", "tune", "final")
MEASURES = (
    "@1", "@3", "@10", "MAP", "MRR", "article@1", "article@5", "AUROC", "ECE", "AURC",
)  # fmt: skip
_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one method on one question.

    `part` is "tune" or "final". `rank` is the rank of the first right sentence, from 1, and
    `article_rank` that of its article; both are inf if it was not found. `score` is the confidence,
    or the best score of a method without confidence. Values that a set does not define are nan."""

    part: str
    answerable: bool
    score: float
    rank: float = _UNKNOWN
    article_rank: float = _UNKNOWN
    average_precision: float = _UNKNOWN


class Columns:
    """Outcomes of one method as arrays, one element per question."""

    def __init__(self, outcomes: Sequence[Outcome], *, calibrated: bool) -> None:
        """Collect the outcomes in arrays. Set `calibrated` if each score is the probability that
        the first sentence is right."""
        self.answerable = np.array([one.answerable for one in outcomes], bool)
        self.score = np.array([one.score for one in outcomes], np.float64)
        self.rank = np.array([one.rank for one in outcomes], np.float64)
        self.article_rank = np.array([one.article_rank for one in outcomes], np.float64)
        self.precision = np.array([one.average_precision for one in outcomes], np.float64)
        self.calibrated = calibrated

    def at(self, rows: NDArray[np.int64]) -> "Columns":
        """Return the outcomes at these positions, which may repeat."""
        drawn = Columns((), calibrated=self.calibrated)
        for name in ("answerable", "score", "rank", "article_rank", "precision"):
            setattr(drawn, name, getattr(self, name)[rows])
        return drawn

    @property
    def right(self) -> Bools:
        """True where the first sentence is right; false for every unanswerable question."""
        right: Bools = self.answerable & (self.rank == 1)
        return right


def measures(columns: Columns) -> dict[str, float]:
    """Compute each of `MEASURES` by name. A measure that these outcomes do not define is nan."""
    ranks = _known(columns.rank[columns.answerable])
    article_ranks = _known(columns.article_rank[columns.answerable])
    judged = len(ranks) > 0 and columns.calibrated
    return {
        "@1": recall_at(ranks, 1),
        "@3": recall_at(ranks, 3),
        "@10": recall_at(ranks, 10),
        "MAP": _mean(_known(columns.precision[columns.answerable])),
        "MRR": mean_reciprocal_rank(ranks),
        "article@1": recall_at(article_ranks, 1),
        "article@5": recall_at(article_ranks, 5),
        "AUROC": auroc(columns.score, columns.answerable),
        "ECE": calibration_error(columns.score, columns.right) if judged else _UNKNOWN,
        "AURC": mean_risk(columns.score, columns.right) if judged else _UNKNOWN,
    }


def rows_of(
    name: str, method: str, outcomes: Sequence[Outcome], *, calibrated: bool = False
) -> list[Row]:
    """Return a row of measures for the set `name`, and one for each of its parts with outcomes."""
    rows = []
    for part in PARTS:
        of_part = [one for one in outcomes if part in ("all", one.part)]
        if of_part:
            columns = Columns(of_part, calibrated=calibrated)
            rows.append(_row(name, method, part, columns))
    return rows


def _row(name: str, method: str, part: str, columns: Columns) -> Row:
    def measure(drawn: NDArray[np.int64]) -> dict[str, float]:
        return measures(columns.at(drawn))

    return row_with_intervals(name, method, part, columns.answerable, measure)


def row_with_intervals(
    name: str,
    method: str,
    part: str,
    positive: Bools,
    measure: Callable[[NDArray[np.int64]], dict[str, float]],
) -> Row:
    """Make a row with each measure and its 95% bootstrap interval.

    `positive` marks the answerable cases. `measure` receives the positions of the cases to measure,
    which may repeat, and returns each measure by name. The row leaves out measures that are nan."""
    count = len(positive)
    found = measure(np.arange(count))

    def again(drawn: NDArray[np.int64]) -> Floats:
        return np.array(list(measure(drawn).values()))

    low, high = bootstrap_interval(count, again, seed=SEED)
    return Row(
        set=name,
        method=method,
        part=part,
        n=count,
        answerable=int(positive.sum()),
        measures=_defined(found),
        low=_defined(dict(zip(found, low, strict=True))),
        high=_defined(dict(zip(found, high, strict=True))),
    )


def _defined(values: Mapping[str, float]) -> dict[str, float]:
    digits = {name: rounded(value) for name, value in values.items()}
    return {name: value for name, value in digits.items() if value is not None}


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else _UNKNOWN
