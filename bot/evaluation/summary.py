"""Summary of judged answers: one row per kind of question, and one over all."""

import statistics
from collections.abc import Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.evaluation.metrics import auroc, calibration_error
from bot.evaluation.tables import Cell, table
from bot.evaluation.verdicts import Judged

OVERALL = "overall"

HEADERS = (
    "kind", "n", "first", "cited", "ranked 1st", "wrong", "refused", "abstained", "bold",
    "bold wrong", "verdicts", "verdict wrong", "AUROC", "ECE", "inexact", "p50 ms",
)  # fmt: skip


class Summary(BaseModel):
    """Shares of the questions of one kind; null if there are no questions to take a share of.

    Over the answerable: `first` (the answer's first evidence is gold), `cited` (gold is among its
    evidence), `ranked_first` (gold is ranked first, answered or not), `refused` (abstained).

    Over the unanswerable: `abstained`.

    Over all: `wrong` (answered, and the first evidence is not gold), `auroc` (of confidence, for
    answerable or not), `ece` (of confidence against `ranked_first`).

    `bold` and `verdicts` count short answers and verdicts; `bold_wrong` and `verdict_wrong` are the
    shares of these that are wrong. `inexact` counts citations that differ from the article's text.
    `p50_ms` is the median latency of a lone question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    n: int
    answerable: int
    first: float | None
    cited: float | None
    ranked_first: float | None
    wrong: float | None
    refused: float | None
    abstained: float | None
    bold: int = 0
    bold_wrong: float | None = None
    verdicts: int = 0
    verdict_wrong: float | None = None
    auroc: float | None
    ece: float | None
    inexact: int
    p50_ms: float | None

    def cells(self) -> list[Cell]:
        """Return the values in the order of HEADERS."""
        shares = (self.first, self.cited, self.ranked_first, self.wrong, self.refused)
        shown = (self.bold, self.bold_wrong, self.verdicts, self.verdict_wrong)
        return [self.kind, self.n, *shares, self.abstained, *shown, self.auroc, self.ece,
                self.inexact, None if self.p50_ms is None else f"{self.p50_ms:.1f}"]  # fmt: skip


def summarise(judged: Sequence[Judged]) -> list[Summary]:
    """Return a row per kind, in order of first appearance, and a last row over all."""
    kinds = dict.fromkeys(one.kind for one in judged)
    rows = [summary_of(kind, [one for one in judged if one.kind == kind]) for kind in kinds]
    return [*rows, summary_of(OVERALL, judged)]


def summary_of(kind: str, judged: Sequence[Judged]) -> Summary:
    answerable = [one for one in judged if one.answerable]
    unanswerable = [one for one in judged if not one.answerable]
    confidence = np.array([one.confidence for one in judged])
    shorts = [one.short_right for one in judged if one.short_right is not None]
    verdicts = [one.verdict_right for one in judged if one.verdict_right is not None]
    return Summary(
        kind=kind,
        n=len(judged),
        answerable=len(answerable),
        first=_share(one.first for one in answerable),
        cited=_share(one.cited for one in answerable),
        ranked_first=_share(one.ranked_first for one in answerable),
        wrong=_share(one.wrong for one in judged),
        refused=_share(not one.answered for one in answerable),
        abstained=_share(not one.answered for one in unanswerable),
        bold=len(shorts),
        bold_wrong=_share(not right for right in shorts),
        verdicts=len(verdicts),
        verdict_wrong=_share(not right for right in verdicts),
        auroc=rounded(auroc(confidence, np.array([one.answerable for one in judged], bool))),
        ece=rounded(
            calibration_error(confidence, np.array([one.ranked_first for one in judged], bool))
        ),
        inexact=sum(one.inexact for one in judged),
        p50_ms=rounded(statistics.median(one.elapsed_ms for one in judged)) if judged else None,
    )


def summary_table(rows: Iterable[Summary]) -> str:
    """Render the rows for a terminal or a pipe."""
    return table(HEADERS, [row.cells() for row in rows])


def rounded(value: float) -> float | None:
    """Round to four digits, as in result files; None for a value that is not finite."""
    return round(float(value), 4) if np.isfinite(value) else None


def _share(values: Iterable[bool]) -> float | None:
    found = list(values)
    return rounded(sum(found) / len(found)) if found else None
