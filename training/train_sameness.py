"""Train the model of differing statements, on pairs of invented articles.

Its features learn from the pairs of training/pairs/taught. Statements of different pairs over one
index teach it to keep stories apart. The pairs of training/pairs/validation weigh the features
against the models that read both sentences (training/sameness, and the judge), which have not seen
these pairs either, and choose the threshold. No pair of benchmarks/disagreements is used.

    python -m training.train_sameness [--encoders DIR]
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from training.sameness.stack import Stack
from training.sameness.statement_examples import Example, is_alike, read_examples

PAIRS = Path(__file__).parent / "pairs"
TAUGHT, VALIDATION = PAIRS / "taught", PAIRS / "validation"
MODEL = ROOT / "bot/answering/model" / DIFFERENCE_FILE
RIDGE = 3.0
FOLDS = 10
OTHER_STORY_WEIGHT = 0.2  # there are more of these examples than of look-alikes, and easier ones
MOST_ALARMS = 0.05  # of the look-alikes of the validation set
MARGIN = 0.01  # of the threshold, above the least one with so few alarms
THRESHOLDS = np.arange(0.5, 0.99, 0.005)
HALF = 0.5
# Log-odds at which the models that read both sentences are cut off. If they cannot turn the
# decision within this range, they are not asked.
MOST_READ = {"read_value": 2.5, "read_status": 2.5, "restated": 6.0, "read_change": 2.5}

AGAINST = {
    "particular_apart", "ratio", "names_lost_least", "names_lost_most",
    "names_apart", "modifiers_differ", "qualifiers_apart", "part_apart", "plan_before_fact",
    "dates_apart", "periods_differ", "period_of_one", "history_of_one",
}  # fmt: skip
EITHER = {"is_date", "is_name", "is_status"}


@dataclass(frozen=True, slots=True)
class _Task:
    """One of the decisions: its features, those that models read, the right answer for an example,
    and which examples it is about."""

    names: tuple[str, ...]
    read: tuple[str, ...]
    label: Callable[[Example], bool]
    concerns: Callable[[Example], bool]


def _differs(example: Example) -> bool:
    return not is_alike(example.pair)


SAME_THING = _Task(
    ("is_date", "is_name", "is_status", "ratio", "speakers", "contained", "names_lost_least",
     "names_lost_most", "names_apart", "modifiers_differ", "qualifiers_apart", "part_apart",
     "plan_before_fact", "old_value_told", "dates_apart", "periods_differ", "period_of_one",
     "history_of_one", "same_outlet", "far_in_one_outlet", "since_then", "happened_between",
     "particular_apart", "asked_shared", "subjects_shared", "answers_least",
     "name_answers_least", "lean_least"),
    ("read_value", "read_status", "restated"),
    label=lambda each: each.one_story and _differs(each),
    concerns=lambda each: not each.one_story or each.meant,
)  # fmt: skip
REPLACES = _Task(
    ("same_outlet", "since_then", "happened_between", "old_value_told"),
    ("read_change",),
    label=lambda each: each.pair.kind is PairKind.SUPERSEDED,
    concerns=lambda each: each.one_story and each.meant and _differs(each),
)


@click.command()
@click.option("--encoders", type=click.Path(path_type=Path), help="Folder of adopted encoders.")
def main(encoders: Path | None) -> None:
    """Fit both decisions, and write them with the training record."""
    home = encoders or default_home()
    taught, checked = read_examples(TAUGHT, home), read_examples(VALIDATION, home)
    same_thing, record, scores = _fitted(SAME_THING, taught, checked)
    chosen, threshold = _operating_point(_concerned(SAME_THING, checked), scores)
    click.echo(json.dumps(chosen, indent=1))
    replaces, replacing, _ = _fitted(REPLACES, taught, checked)
    model = DifferenceModel(
        same_thing=Decision(linear=same_thing, threshold=threshold),
        replaces=Decision(linear=replaces, threshold=HALF),
        training={"same_thing": record, "threshold": chosen, "replaces": replacing},
    )
    MODEL.write_text(f"{model.model_dump_json(indent=1)}\n", encoding="utf-8")


def _fitted(
    task: _Task, taught: Sequence[Example], checked: Sequence[Example]
) -> tuple[Linear, dict[str, float], Floats]:
    """Fit a model on the features of the taught pairs, and weigh it on the checked ones against
    what other models read. Return it with its record, and with the probability of each checked
    example in the fold that leaves it out."""
    mine, theirs = _concerned(task, taught), _concerned(task, checked)
    linear = _fit(mine, task)
    right, right_there = (np.array([task.label(e) for e in each]) for each in (mine, theirs))
    most = {name: MOST_READ[name] for name in task.read}
    stack, weights = Stack(linear, most, [e.features for e in theirs]), _story_weights(theirs)
    joined = stack.fit(right_there, weights)
    scores = stack.held_out(right_there, weights, _folds(theirs))
    record = {
        "examples": len(mine),
        "yes": int(right.sum()),
        "auroc_held_out_folds": _auroc(_held_out(mine, task), right),
        "auroc_validation": _auroc(_scores(linear, theirs, task), right_there),
        "weighed_examples": len(theirs),
        "auroc_with_what_models_read_held_out_folds": _auroc(scores, right_there),
    }
    click.echo(json.dumps(record, indent=1))
    click.echo(dict(zip(joined.names, joined.weights, strict=True)))
    return joined, record, scores


def _concerned(task: _Task, examples: Sequence[Example]) -> list[Example]:
    return [each for each in examples if task.concerns(each)]


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
