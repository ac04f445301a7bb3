"""Printed report of a training run: quality on questions that the models have not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.judge.judge import Judgement
from bot.answering.ranking.evidence_model import Linear, stacked_scores
from bot.evaluation.metrics import (
    Bools,
    Floats,
    auroc,
    average_precision,
    best_first,
    calibration_error,
    first_rank,
    recall_at,
)
from training.examples import Example


@dataclass(frozen=True)
class Row:
    """Example as the models see it. `names` are those of the raw features, which are the first
    columns of `table`."""

    example: Example
    names: tuple[str, ...]
    table: Floats
    fold: int


@dataclass(frozen=True)
class Judged:
    """Scores of an example's candidates: `base` of the cheap ranker for all, `judgements` of the
    judge for those at the places `chosen`."""

    row: Row
    base: Floats
    chosen: NDArray[np.int64]
    judgements: list[Judgement]

    @property
    def logits(self) -> Floats:
        return np.array([each.answers for each in self.judgements])

    def scores(self, stacked: Linear) -> Floats:
        """Return one score per candidate, combined as when a question is answered."""
        return stacked_scores(stacked, self.base, self.chosen, self.logits)


def report(
    judged: Sequence[Judged],
    stacked: Mapping[int, Linear],
    p: Floats,
    labels: NDArray[np.int64],
    sources: NDArray[np.str_],
    answerable: Bools,
) -> None:
    """Print the figures of each set, from models that have not seen its questions. Brackets give
    the shares right of the cheap ranker alone and of the judge alone."""
    for source in sorted(set(sources)):
        chosen = [each for each, s in zip(judged, sources, strict=True) if s == source]
        here = sources == source
        line = f"{source:20} n {here.sum():5}"
        right = [
            each
            for each in chosen
            if each.row.example.right is not None and each.row.example.right.any()
        ]
        if right:
            scored = [(each, each.scores(stacked[each.row.fold])) for each in right]
            ranked = [_in_order(each.row, scores) for each, scores in scored]
            ranks = np.array([first_rank(each) for each in ranked])
            alone = np.mean([_in_order(each.row, each.base)[0] for each in right])
            judge = np.mean([_judge_first(each) for each in right])
            line += f" @1 {recall_at(ranks, 1):.3f}"
            line += f" [{alone:.3f} {judge:.3f}]"
            line += f" @3 {recall_at(ranks, 3):.3f}"
            read = [each.row.example.flags[each.chosen].any() for each in right]
            line += f" read {np.mean(read):.3f}"
            line += f" MAP {np.mean([average_precision(each) for each in ranked]):.3f}"
        if 0 < answerable[here].sum() < here.sum():
            line += f" AUROC {auroc(p[here], answerable[here]):.3f}"
        error = calibration_error(p[here], labels[here] == 1)
        line += f" ECE {error:.3f} mean {p[here].mean():.2f}"
        print(line)
    both = np.isin(sources, ["selqa", "selqa-removed", "selqa-other-name"])
    if 0 < answerable[both].sum() < both.sum():
        found = round(auroc(p[both], answerable[both]), 3)
        print("selqa against removed and other names: AUROC", found)
    groups = {s: sources == s for s in ("articles-tune", "seed-tune")}
    groups["stories"] = np.char.startswith(sources.astype(str), "story")
    print("stories: AUROC", round(auroc(p[groups["stories"]], answerable[groups["stories"]]), 3))
    for source, here in groups.items():
        for threshold in (0.2, 0.3, 0.4, 0.5):
            answered = (p[here & ~answerable] >= threshold).mean()
            refused = (p[here & answerable] < threshold).mean()
            print(f"{source} from {threshold}: answered {answered:.2f}, refused {refused:.2f}")


def _judge_first(judged: Judged) -> bool:
    return bool(judged.row.example.flags[judged.chosen[judged.logits.argmax()]])


def _in_order(row: Row, scores: Floats) -> Bools:
    """Return which candidates are right, best first."""
    return row.example.flags[best_first(scores)]
