"""Train the model of differing statements, on pairs of invented articles.

Its features learn from the pairs of training/pairs/taught. Statements of different pairs over one
index teach it to keep stories apart. The pairs of training/pairs/validation weigh the features
against the model that reads both sentences (training/sameness), which has not seen these pairs
either, and choose the threshold. No pair of benchmarks/disagreements is used.

    python -m training.train_sameness [--encoders DIR]
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.disagreements.pairs import PairKind, read_pair_files
from benchmarks.machine import ROOT
from bot.answering.citing.difference_model import DIFFERENCE_FILE, Decision, DifferenceModel
from bot.answering.ranking.evidence_model import Linear
from bot.evaluation.metrics import Floats, auroc
from index.encoder.encoder import default_home
from training.linear_models import fit_logistic, probability
from training.sameness.statement_examples import Example, is_alike, read_examples

PAIRS = Path(__file__).parent / "pairs"
TAUGHT, VALIDATION = PAIRS / "taught", PAIRS / "validation"
MODEL = ROOT / "bot/answering/model" / DIFFERENCE_FILE
RIDGE = 3.0
FOLDS = 10
OTHER_STORY_WEIGHT = 0.5  # there are more of these examples than of look-alikes
MOST_ALARMS = 0.1  # of the look-alikes of the validation set; it has harder ones than other sets
MARGIN = 0.01  # of the threshold, above the least one with so few alarms
THRESHOLDS = np.arange(0.5, 0.99, 0.005)
HALF = 0.5
READ = ("read_value", "read_status")
STACK = ("features", *READ)
# Log-odds at which the model that reads both sentences is cut off. If it cannot turn the decision
# within this range, it is not asked. A wider range finds no more.
MOST_READ = 2.0

AGAINST = {
    "particular_apart", "ratio", "names_lost_least", "names_lost_most",
    "names_apart", "modifiers_differ", "qualifiers_apart", "part_apart", "plan_before_fact",
    "dates_apart", "periods_differ", "period_of_one", "history_of_one",
}  # fmt: skip
EITHER = {"is_date", "is_name", "is_status"}


@dataclass(frozen=True, slots=True)
class _Task:
    """One of the decisions: its features, the right answer for an example, and which examples it
    is about."""

    names: tuple[str, ...]
    label: Callable[[Example], bool]
    concerns: Callable[[Example], bool]


def _differs(example: Example) -> bool:
    return not is_alike(example.pair)


SAME_THING = _Task(
    ("is_date", "is_name", "is_status", "ratio", "speakers", "contained", "names_lost_least",
     "names_lost_most", "names_apart", "modifiers_differ", "qualifiers_apart", "part_apart",
     "plan_before_fact", "old_value_told", "dates_apart", "periods_differ", "period_of_one",
     "history_of_one", "same_outlet", "far_in_one_outlet", "since_then", "happened_between",
     "particular_apart", "asked_shared", "subjects_shared"),
    label=lambda each: each.one_story and _differs(each),
    concerns=lambda each: not each.one_story or each.meant,
)  # fmt: skip
REPLACES = _Task(
    ("same_outlet", "days", "since_then", "happened_between"),
    label=lambda each: each.pair.kind is PairKind.SUPERSEDED,
    concerns=lambda each: each.one_story and each.meant and _differs(each),
)


@click.command()
@click.option("--encoders", type=click.Path(path_type=Path), help="Folder of adopted encoders.")
def main(encoders: Path | None) -> None:
    """Fit both decisions, and write them with the training record."""
    home = encoders or default_home()
    taught, checked = read_examples(TAUGHT, home), read_examples(VALIDATION, home)
    features, record = _fitted(SAME_THING, taught, checked)
    same_thing, stack = _stacked(features, [e for e in checked if SAME_THING.concerns(e)])
    replaces, replacing = _fitted(REPLACES, taught, checked)
    model = DifferenceModel(
        same_thing=same_thing,
        replaces=Decision(linear=replaces, threshold=HALF),
        training={"same_thing": record, "stack": stack, "replaces": replacing},
    )
    MODEL.write_text(f"{model.model_dump_json(indent=1)}\n", encoding="utf-8")


def _fitted(
    task: _Task, taught: Sequence[Example], checked: Sequence[Example]
) -> tuple[Linear, dict[str, float]]:
    """Fit a model on the features; return it with its record."""
    mine, theirs = ([e for e in each if task.concerns(e)] for each in (taught, checked))
    linear = _fit(mine, task)
    right, right_there = (np.array([task.label(e) for e in each]) for each in (mine, theirs))
    record = {
        "examples": len(mine),
        "yes": int(right.sum()),
        "auroc_held_out_folds": _auroc(_held_out(mine, task), right),
        "auroc_validation": _auroc(_scores(linear, theirs, task), right_there),
    }
    click.echo(json.dumps(record, indent=1))
    click.echo(dict(zip(linear.names, linear.weights, strict=True)))
    return linear, record


def _stacked(linear: Linear, checked: Sequence[Example]) -> tuple[Decision, dict[str, Any]]:
    """Weigh the features against the model that reads both sentences, and choose the threshold by
    folds that were left out. Return the decision with its record."""
    odds = linear.scores(_table(checked, SAME_THING))
    read = np.array([[e.features[name] for name in READ] for e in checked])
    table = np.column_stack([odds, np.clip(read, -MOST_READ, MOST_READ)])
    right = np.array([SAME_THING.label(each) for each in checked])
    fit = partial(fit_logistic, names=STACK, against=set(), either=set(), ridge=1.0)
    weights = _story_weights(checked)
    scores, folds = np.zeros(len(table)), _folds(checked)
    for fold in range(FOLDS):
        away = folds == fold
        kept = fit(table[~away], right[~away].astype(float), weights[~away])
        scores[away] = probability(kept.scores(table[away]))
    share, *of_read, bias = _unstandardised(fit(table, right.astype(float), weights))
    limit = MOST_READ / linear.clip
    joined = Linear(
        names=(*linear.names, *READ),
        mean=(*linear.mean, *(0.0 for _ in READ)),
        deviation=(*linear.deviation, *(limit for _ in READ)),
        weights=tuple(
            round(w, 5)
            for w in (*(w * share for w in linear.weights), *(w * limit for w in of_read))
        ),
        bias=round(share * linear.bias + bias, 5),
        clip=linear.clip,
    )
    record, threshold = _operating_point(checked, scores)
    record["weights"] = {n: round(w, 4) for n, w in zip(STACK, (share, *of_read), strict=True)}
    click.echo(json.dumps(record, indent=1))
    return Decision(linear=joined, threshold=threshold), record


def _unstandardised(linear: Linear) -> tuple[float, ...]:
    """Return the weights for raw features, and the bias."""
    weights = [w / d for w, d in zip(linear.weights, linear.deviation, strict=True)]
    shift = sum(m * w for m, w in zip(linear.mean, weights, strict=True))
    return *weights, linear.bias - shift


def _operating_point(checked: Sequence[Example], scores: Floats) -> tuple[dict[str, Any], float]:
    """Choose the threshold by the pairs of the validation set. Each counts with its best score.
    Return the record of the choice, and the threshold."""
    best = {(p.kind, p.question): 0.0 for p in read_pair_files(VALIDATION)}
    for each, score in zip(checked, scores, strict=True):
        key = each.pair.kind, each.pair.question
        if each.one_story:
            best[key] = max(best[key], score)
    alike = np.array([s for (kind, _), s in best.items() if kind is PairKind.ALIKE])
    others = np.array([s for (kind, _), s in best.items() if kind is not PairKind.ALIKE])
    least = next(t for t in THRESHOLDS if (alike >= t).mean() <= MOST_ALARMS)
    threshold = round(float(least) + MARGIN, 3)
    apart = np.array([not each.one_story for each in checked])
    return {
        "examples": len(checked),
        "pairs": len(best),
        "found_held_out_folds": _share(others >= threshold),
        "passed_held_out_folds": _share(alike >= threshold),
        "other_stories_passed_held_out_folds": _share(scores[apart] >= threshold),
    }, threshold


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 3)


def _auroc(scores: Floats, right: Sequence[bool] | NDArray[np.bool_]) -> float:
    return round(float(auroc(scores, np.asarray(right))), 4)


def _fit(examples: Sequence[Example], task: _Task) -> Linear:
    return fit_logistic(
        _table(examples, task),
        np.array([task.label(each) for each in examples]).astype(float),
        _story_weights(examples),
        task.names,
        against=AGAINST,
        either=EITHER,
        ridge=RIDGE,
    )


def _story_weights(examples: Sequence[Example]) -> Floats:
    return np.array([1.0 if each.one_story else OTHER_STORY_WEIGHT for each in examples])


def _table(examples: Sequence[Example], task: _Task) -> Floats:
    return np.array([[float(each.features[n]) for n in task.names] for each in examples])


def _folds(examples: Sequence[Example]) -> NDArray[np.int64]:
    """Assign each example to the fold of its pair."""
    return np.array([zlib.crc32(each.pair.question.encode()) // 7 % FOLDS for each in examples])


def _scores(linear: Linear, examples: Sequence[Example], task: _Task) -> Floats:
    return probability(linear.scores(_table(examples, task)))


def _held_out(examples: Sequence[Example], task: _Task) -> Floats:
    """Score each example by a model that has not seen its pair."""
    folds, scores = _folds(examples), np.zeros(len(examples))
    for fold in set(folds.tolist()):
        away = folds == fold
        others = [each for each, out in zip(examples, away, strict=True) if not out]
        mine = [each for each, out in zip(examples, away, strict=True) if out]
        scores[away] = _scores(_fit(others, task), mine, task)
    return scores


if __name__ == "__main__":
    main()
