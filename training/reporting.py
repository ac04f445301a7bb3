"""What a training run prints: what models achieve on questions that they have not seen."""

from dataclasses import dataclass

import numpy as np

from bot.answering.evidence_model import Linear
from bot.evaluation.metrics import auroc, calibration_error
from training.examples import Example


@dataclass(frozen=True)
class Row:
    """An example as the models see it: `names` are those of the raw features, which are the first
    columns of `table`; `owned` is added to the scores of the ranking."""

    example: Example
    names: tuple[str, ...]
    table: np.ndarray
    owned: np.ndarray
    fold: int

    def scores(self, ranking: Linear) -> np.ndarray:
        """One a candidate, as when a question is answered."""
        return ranking.scores(self.table) + self.owned


def report(rows, ranked, p, labels, sources, answerable) -> None:
    """What each set gets from models that have not seen its questions."""
    for source in sorted(set(sources)):
        chosen = [row for row, s in zip(rows, sources, strict=True) if s == source]
        here = sources == source
        line = f"{source:20} n {here.sum():5}"
        right = [row for row in chosen if row.example.right is not None and row.example.answerable]
        if right:
            ranks = [_first_right(row, ranked[row.fold]) for row in right]
            precisions = [_average_precision(row, ranked[row.fold]) for row in right]
            line += f" @1 {np.mean([rank == 0 for rank in ranks]):.3f}"
            line += f" @3 {np.mean([rank < 3 for rank in ranks]):.3f}"
            line += f" MAP {np.mean(precisions):.3f}"
        if 0 < answerable[here].sum() < here.sum():
            line += f" AUROC {auroc(p[here], answerable[here]):.3f}"
        line += f" ECE {calibration_error(p[here], labels[here]):.3f} mean {p[here].mean():.2f}"
        print(line)
    for name in ("selqa", "qed"):
        both = np.isin(sources, [name, f"{name}-removed", f"{name}-other-name"])
        if 0 < answerable[both].sum() < both.sum():
            print(
                name,
                "against removed and other names: AUROC",
                round(auroc(p[both], answerable[both]), 3),
            )
    for source in ("articles-tune", "seed-tune", "articles-final", "seed-final"):
        here = sources == source
        for threshold in (0.2, 0.3, 0.4, 0.5):
            answered = (p[here & ~answerable] >= threshold).mean()
            refused = (p[here & answerable] < threshold).mean()
            print(f"{source} from {threshold}: answered {answered:.2f}, refused {refused:.2f}")


def _first_right(row: Row, ranking: Linear) -> int:
    order = np.argsort(-row.scores(ranking), kind="stable")
    places = np.flatnonzero(row.example.right[order])
    return int(places[0]) if len(places) else len(order)


def _average_precision(row: Row, ranking: Linear) -> float:
    order = np.argsort(-row.scores(ranking), kind="stable")
    places = np.flatnonzero(row.example.right[order])
    return (
        float(np.mean([(i + 1) / (place + 1) for i, place in enumerate(places)]))
        if len(places)
        else 0.0
    )
