"""Trains bot/answering/model from sets whose licences allow shipping what is learnt from them.

    python -m training.train_evidence --shared ../shared

SelQA and NoMIRACL (both Apache-2.0) and the tuning part of our own questions teach; QED and the
rest of our questions only measure. SQuAD is measured by `make eval`.
"""

import argparse
import hashlib
import json
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from bot.answering.evidence_model import (
    WEIGHTS_FILE,
    WORDS_FILE,
    EvidenceModel,
    Linear,
    OperatingPoint,
    Weights,
    confidence_row,
    ownership,
    ranking_names,
    ranking_table,
    read_word_weights,
)
from bot.answering.features import raw_features
from bot.answering.ranking import SentenceRanker
from bot.answering.reading import Reading
from index.build import build_index
from index.encoder import Encoder, default_home, open_current
from index.live import open_live
from index.sentences import split_sentences
from training.augmenting import augmented
from training.caching import CachingEncoder
from training.examples import (
    Example,
    from_lists,
    from_nomiracl,
    from_our_questions,
    read_qed,
    read_selqa,
)
from training.fitting import fit_confidence, fit_ranking
from training.reporting import Row, report

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "bot" / "answering" / "model"
QUESTIONS = ROOT / "benchmarks" / "questions"
SEED, FOLDS = 1, 4
RANKING_RIDGE, CONFIDENCE_RIDGE = 3.0, 20.0
# How much one example counts. Ours are few and of the kind that will be asked.
RANKING_WEIGHTS = {"selqa": 1.0, "selqa-misspelt": 0.5, "articles-tune": 2.0, "seed-tune": 2.0}
CONFIDENCE_WEIGHTS = {
    "selqa": 1.0,
    "selqa-removed": 1.0,
    "selqa-other-name": 1.5,
    "selqa-other-word": 0.6,
    "selqa-misspelt": 0.6,
    "selqa-crossed": 0.7,
    "nomiracl": 2.0,
    "articles-tune": 5.0,
    "seed-tune": 5.0,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=MODEL)
    options = arguments.parse_args()
    encoder = CachingEncoder(open_current(default_home()), ROOT / "build" / "training")
    words = vocabulary_words(encoder.encoder)
    (options.out / WORDS_FILE).write_text(words, encoding="utf-8")
    model = EvidenceModel(_blank(words), read_word_weights(words))
    try:
        rows = [_row(model, example) for example in _examples(encoder, model, options.shared)]
    finally:
        encoder.save()
    print(Counter(row.example.source for row in rows))
    weights = train(model, rows, words)
    (options.out / WEIGHTS_FILE).write_text(
        json.dumps(weights.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8"
    )


def vocabulary_words(encoder: Encoder) -> str:
    """The encoder's WordPiece vocabulary, whose order is roughly that of frequency in English."""
    pieces = encoder.vocabulary()
    words = [p for p in pieces if len(p) > 1 and p.isalpha() and p.isascii() and p.islower()]
    return "\n".join(dict.fromkeys(words)) + "\n"


def _blank(words: str) -> Weights:
    empty = Linear(names=(), mean=(), deviation=(), weights=(), bias=0.0, clip=1.0)
    point = OperatingPoint(
        threshold=0.5, answered_unanswerable=0.0, refused_answerable=0.0, questions=0
    )
    return Weights(
        ranking=empty,
        confidence=empty,
        operating_point=point,
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
        training={},
    )


def _examples(encoder: CachingEncoder, model: EvidenceModel, shared: Path) -> list[Example]:
    ranker = SentenceRanker(encoder, model)
    data = shared / "eval"
    selqa = read_selqa(data / "selqa_dev.jsonl")
    examples = list(from_lists(ranker, selqa))
    examples += from_lists(ranker, list(augmented(selqa, model.words, SEED)))
    examples += from_lists(ranker, read_qed(data / "qed_dev.jsonl"))
    examples += from_nomiracl(ranker, data / "nomiracl_en_dev.jsonl", split_sentences)
    for name, source in (
        ("articles", ROOT / "articles"),
        ("seed", shared / "seed" / "article.txt"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            build_index([source], Path(folder), encoder.encoder, _Silent())
            live = open_live(Path(folder), default_home())
            path = QUESTIONS / f"{name}.jsonl"
            examples += from_our_questions(live, path, name, model, {"tune", "final"})
    return examples


class _Silent:
    def start(self, stage: str, total: int | None) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass


def _row(model: EvidenceModel, example: Example) -> Row:
    question = model.question(example.question, example.context)
    reading = Reading(question, example.pool)
    features = raw_features(reading)
    table, owned = ranking_table(question, features), ownership(reading)
    return Row(example, tuple(features), table, owned, zlib.crc32(example.group.encode()) % FOLDS)


def train(model: EvidenceModel, rows: list[Row], words: str) -> Weights:
    """Fits both models; the confidence learns from scores of rankings that have not seen the
    question (four folds by article)."""
    ranking = rank_model(rows)
    ranked = _out_of_fold(rows)
    confidence_rows = [_confidence_row(model, row, ranked.get(row.fold, ranking)) for row in rows]
    labels = np.array([_label(row, ranked[row.fold]) for row in rows])
    lost = np.array([min(row.owned[_first(row, ranked[row.fold])], 0.0) for row in rows])
    shares = np.array([CONFIDENCE_WEIGHTS.get(row.example.source, 0.0) for row in rows])
    table = np.array(confidence_rows)
    held_back = np.zeros(len(rows))
    for fold in range(FOLDS):
        inside = np.array([row.fold == fold for row in rows])
        taught = ~inside & (shares > 0)
        linear = fit_confidence(
            table[taught], labels[taught], shares[taught], ridge=CONFIDENCE_RIDGE
        )
        held_back[inside] = _probability(linear.scores(table[inside]) + lost[inside])
    confidence = fit_confidence(
        table[shares > 0], labels[shares > 0], shares[shares > 0], ridge=CONFIDENCE_RIDGE
    )
    sources = np.array([row.example.source for row in rows])
    answerable = np.array([row.example.answerable for row in rows])
    report(rows, ranked, held_back, labels, sources, answerable)
    ours = np.isin(sources, ["articles-final", "seed-final"])
    return Weights(
        ranking=ranking,
        confidence=confidence,
        operating_point=_operating_point(held_back, labels, sources, answerable, ours),
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
        training={
            "seed": SEED,
            "examples": dict(Counter(str(s) for s in sources[shares > 0])),
            "ranking_ridge": RANKING_RIDGE,
            "confidence_ridge": CONFIDENCE_RIDGE,
        },
    )


def rank_model(rows: list[Row]) -> Linear:
    taught = [
        row
        for row in rows
        if RANKING_WEIGHTS.get(row.example.source)
        and row.example.right is not None
        and row.example.right.any()
        and not row.example.right.all()
    ]
    names = ranking_names(rows[0].names)
    return fit_ranking(
        [row.table for row in taught],
        [row.example.right.astype(float) for row in taught],
        [RANKING_WEIGHTS[row.example.source] for row in taught],
        names,
        ridge=RANKING_RIDGE,
    )


def _out_of_fold(rows: list[Row]) -> dict[int, Linear]:
    return {fold: rank_model([row for row in rows if row.fold != fold]) for fold in range(FOLDS)}


def _confidence_row(model: EvidenceModel, row: Row, ranking: Linear) -> np.ndarray:
    question = model.question(row.example.question, row.example.context)
    features = dict(zip(row.names, row.table.T, strict=False))
    return confidence_row(Reading(question, row.example.pool), features, row.scores(ranking))


def _label(row: Row, ranking: Linear) -> int:
    if row.example.right is None:
        return int(row.example.answerable)
    return int(row.example.right[_first(row, ranking)])


def _first(row: Row, ranking: Linear) -> int:
    return int(np.argmax(row.scores(ranking)))


def _probability(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


def _operating_point(p, labels, sources, answerable, ours) -> OperatingPoint:
    """The equal error rate: the threshold at which, on the tuning part of our questions, as large
    a share of the unanswerable is answered as of the answerable is refused. The sum of both is
    flat around it, so its minimum moves far when a single question changes; this does not."""
    tuning = np.isin(sources, ["articles-tune", "seed-tune"])
    thresholds = np.arange(0.05, 0.95, 0.01)
    gaps = [
        abs((p[tuning & ~answerable] >= t).mean() - (p[tuning & answerable] < t).mean())
        for t in thresholds
    ]
    threshold = round(float(thresholds[int(np.argmin(gaps))]), 2)
    unanswerable = ours & ~answerable
    return OperatingPoint(
        threshold=threshold,
        answered_unanswerable=round(float((p[unanswerable] >= threshold).mean()), 3),
        refused_answerable=round(float((p[ours & answerable] < threshold).mean()), 3),
        questions=int(ours.sum()),
    )


if __name__ == "__main__":
    main()
