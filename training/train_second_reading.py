"""Training of bot/answering/model/second_reading.json: the confidence after the judge has read the
best sentence by itself.

    python -m training.train_second_reading --shared ../shared

Train the evidence model first (python -m training.train_evidence). The stories that were held back
from the judge and the tuning part of our own questions teach. The rest of our questions only
measure.
"""

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results_file import save_indented
from bot.answering.judge.judge import Judge
from bot.answering.judge.model import judge_digest, load_judge
from bot.answering.ranking.evidence_model import SECOND_READING_FILE, EvidenceModel, Linear
from bot.answering.ranking.given_sentences import SentenceRanker
from bot.answering.ranking.second_reading import (
    SECOND_READING_NAMES,
    SecondReadingWeights,
    log_odds,
    read_alone,
)
from bot.domain.models import SURE
from bot.evaluation.metrics import Bools, Floats, auroc, calibration_error
from index.encoder.encoder import default_home, open_current
from training.examples import Example, from_lists, from_stories
from training.linear_models import fit_logistic, probability
from training.train_evidence import MODEL, ROOT, our_examples
from training.vector_cache import CachingEncoder

FOLDS, RIDGE = 4, 5.0
STORY_WEIGHT, OUR_WEIGHT = 3.0, 5.0  # as in train_evidence


@dataclass(frozen=True)
class Reading:
    """First candidate of an example: the confidence of the first reading, and both features."""

    example: Example
    confidence: float
    right: bool
    features: tuple[float, float]

    @property
    def fold(self) -> int:
        return zlib.crc32(self.example.group.encode()) % FOLDS


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=MODEL)
    options = arguments.parse_args()
    encoder = CachingEncoder(open_current(default_home()), ROOT / "build" / "training")
    model, judge = EvidenceModel.load(), Judge(load_judge())
    examples = our_examples(encoder, model, judge, options.shared)
    examples += from_lists(SentenceRanker(encoder, model, judge), from_stories())
    readings = list(_read(model, judge, examples))
    encoder.save()
    weights = train(readings, model.weights.operating_point.threshold)
    save_indented(weights.model_dump(mode="json"), options.out / SECOND_READING_FILE)


def _read(model: EvidenceModel, judge: Judge, examples: list[Example]) -> Iterator[Reading]:
    for example in examples:
        ranking = model.rank(model.question(example.question), example.pool, example.read)
        first = int(np.argmax(ranking.scores))
        alone = read_alone(judge, example.question, example.texts[first]).answers
        features = log_odds(ranking.confidence), alone
        yield Reading(example, ranking.confidence, bool(example.flags[first]), features)


def train(readings: list[Reading], threshold: float) -> SecondReadingWeights:
    """Fit the model, and print what models achieve that have not seen a question's story."""
    sources = np.array([each.example.source for each in readings])
    stories = np.char.startswith(sources, "story")
    taught = stories | np.char.endswith(sources, "-tune")
    table = np.array([each.features for each in readings])
    right = np.array([each.right for each in readings])
    shares = np.where(stories, STORY_WEIGHT, OUR_WEIGHT)
    folds = np.array([each.fold for each in readings])

    def fitted(these: Bools) -> Linear:
        return fit_logistic(
            table[these],
            right[these].astype(float),
            shares[these],
            SECOND_READING_NAMES,
            against=set(),
            either=set(),
            ridge=RIDGE,
        )

    revised = np.zeros(len(readings))
    for fold in range(FOLDS):
        inside = folds == fold
        revised[inside] = probability(fitted(taught & ~inside).scores(table[inside]))
    model = fitted(taught)
    revised[~taught] = probability(model.scores(table[~taught]))
    first = np.array([each.confidence for each in readings])
    revised = np.minimum(first, revised)  # as SecondReading does
    answerable = np.array([each.example.answerable for each in readings])
    names = np.where(stories, "stories", sources)
    for name in sorted(set(names)):
        here = names == name
        for reading, p in (("first", first), ("second", revised)):
            report = _report(p[here], right[here], answerable[here], threshold)
            print(f"{name:15} {reading:7} {report}")
    return SecondReadingWeights(
        confidence=model,
        training={
            "examples": dict(Counter(str(name) for name in names[taught])),
            "ridge": RIDGE,
            "judge": judge_digest(),
        },
    )


def _report(p: Floats, right: Bools, answerable: Bools, threshold: float) -> str:
    """Count the right and the wrong answers among all and among the sure ones."""
    line = f"AUROC {auroc(p, answerable):.3f} ECE {calibration_error(p, right):.3f}"
    for name, least in (("answered", threshold), ("sure", SURE)):
        shown = p >= least
        line += f", {name}: right {(shown & right).sum()}, wrong {(shown & ~right).sum()}"
        line += f", without an answer {(shown & ~answerable).sum()}"
    return line


if __name__ == "__main__":
    main()
