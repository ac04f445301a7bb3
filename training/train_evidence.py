"""Training of bot/answering/model from sets whose licences allow shipping what is learnt from them.

    python -m training.train_evidence --shared ../shared

Train the judge first (python -m training.judge). What taught the judge must not teach here, or its
scores would be trusted too much. These sets teach: SelQA and NoMIRACL (both Apache-2.0), the parts
of SQuADShifts (CC BY 4.0) and of our stories that were held back from the judge, and the tuning
part of our own questions. The rest of our questions only measure.
"""

import argparse
import hashlib
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.indexes import QUIET
from benchmarks.results_file import save_indented
from bot.answering.judge.judge import Judge
from bot.answering.judge.model import judge_digest, load_judge
from bot.answering.ranking.evidence_model import (
    STACKED_NAMES,
    WEIGHTS_FILE,
    WORDS_FILE,
    EvidenceModel,
    Linear,
    OperatingPoint,
    Weights,
    confidence_row,
    judged_places,
    ranking_names,
    ranking_table,
    read_word_weights,
    stacked_table,
)
from bot.answering.ranking.features import raw_features
from bot.answering.ranking.given_sentences import SentenceRanker
from bot.answering.ranking.matches import QuestionMatches
from bot.evaluation.metrics import Bools, Floats
from index.building.build import build_index
from index.encoder.encoder import Encoder, default_home, open_current
from index.generations.live import open_live
from index.text.sentences import split_sentences
from training.augmentation import augmented, removed
from training.examples import (
    Example,
    from_lists,
    from_nomiracl,
    from_our_questions,
    from_shifts,
    from_stories,
    read_selqa,
)
from training.linear_models import NO_MODEL, fit_confidence, fit_ranking, probability
from training.report import Judged, Row, report
from training.thresholds import operating_point, short_answer_threshold, verdict_threshold
from training.vector_cache import CachingEncoder

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "bot" / "answering" / "model"
QUESTIONS = ROOT / "benchmarks" / "questions"
SEED, FOLDS = 1, 4
RANKING_RIDGE, STACKED_RIDGE, CONFIDENCE_RIDGE = 3.0, 1.0, 20.0
# Weight of one example. Ours are few and resemble the questions that users ask.
RANKING_WEIGHTS = {
    "selqa": 1.0, "selqa-misspelt": 0.5, "articles-tune": 2.0, "seed-tune": 2.0, "shifts": 0.5,
    "story direct": 1.0, "story casual": 1.5, "story reworded": 1.5, "story keywords": 1.5,
    "story who-is": 2.0, "story yes-no": 1.0,
}  # fmt: skip
# Stories and our own questions resemble what users ask; encyclopaedia paragraphs are general.
CONFIDENCE_WEIGHTS = {
    "selqa": 0.4,
    "selqa-removed": 0.3,
    "selqa-other-name": 0.5,
    "selqa-other-word": 0.2,
    "selqa-misspelt": 0.3,
    "selqa-crossed": 0.3,
    "nomiracl": 1.0,
    "shifts": 0.3,
    "shifts-removed": 0.2,
    "story direct": 3.0,
    "story casual": 3.0,
    "story reworded": 3.0,
    "story keywords": 3.0,
    "story who-is": 3.0,
    "story yes-no": 3.0,
    "story near-miss": 3.0,
    "story false-premise": 3.0,
    "story off-topic": 2.0,
    "articles-tune": 5.0,
    "seed-tune": 5.0,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=MODEL)
    arguments.add_argument(
        "--keep-order",
        action="store_true",
        help="keep how the present weights order sentences; fit the confidence and the thresholds",
    )
    options = arguments.parse_args()
    present = EvidenceModel.load().weights if options.keep_order else None
    encoder = CachingEncoder(open_current(default_home()), ROOT / "build" / "training")
    words = vocabulary_words(encoder.encoder)
    (options.out / WORDS_FILE).write_text(words, encoding="utf-8")
    model = EvidenceModel(_blank(words), read_word_weights(words))
    try:
        rows = [_row(model, example) for example in _examples(encoder, model, options.shared)]
    finally:
        encoder.save()
    print(Counter(row.example.source for row in rows))
    weights = train(model, rows, words, present)
    save_indented(weights.model_dump(mode="json"), options.out / WEIGHTS_FILE)


def vocabulary_words(encoder: Encoder) -> str:
    """Return the words of the encoder's WordPiece vocabulary, one a line; its order is roughly that
    of frequency in English."""
    pieces = encoder.vocabulary()
    words = [p for p in pieces if len(p) > 1 and p.isalpha() and p.isascii() and p.islower()]
    return "\n".join(dict.fromkeys(words)) + "\n"


def _blank(words: str) -> Weights:
    return Weights(
        ranking=NO_MODEL,
        stacked=NO_MODEL,
        confidence=NO_MODEL,
        operating_point=_NO_POINT,
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
        training={},
    )


_NO_POINT = OperatingPoint(
    threshold=0.5,
    short_answer=0.5,
    verdict=0.5,
    answered_unanswerable=0.0,
    refused_answerable=0.0,
    questions=0,
)


def _examples(encoder: CachingEncoder, model: EvidenceModel, shared: Path) -> list[Example]:
    judge = Judge(load_judge())
    ranker = SentenceRanker(encoder, model, judge)
    data = shared / "eval"
    selqa = read_selqa(data / "selqa_dev.jsonl")
    examples = list(from_lists(ranker, selqa))
    examples += from_lists(ranker, list(augmented(selqa, model.words, SEED)))
    shifts = list(from_shifts(shared / "train"))
    examples += from_lists(ranker, shifts)
    examples += from_lists(ranker, (each for item in shifts for each in removed(item)))
    examples += from_lists(ranker, from_stories())
    examples += from_nomiracl(ranker, data / "nomiracl_en_dev.jsonl", split_sentences)
    examples += our_examples(encoder, model, judge, shared)
    return examples


def our_examples(
    encoder: CachingEncoder, model: EvidenceModel, judge: Judge, shared: Path
) -> list[Example]:
    """Read our own questions, with what retrieval finds for each."""
    examples = list[Example]()
    for name, source in (
        ("articles", ROOT / "articles"),
        ("seed", shared / "seed" / "article.txt"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            build_index([source], Path(folder), encoder.encoder, QUIET)
            live = open_live(Path(folder), default_home())
            path = QUESTIONS / f"{name}.jsonl"
            examples += from_our_questions(live, path, name, model, judge, {"tune", "final"})
    return examples


def _row(model: EvidenceModel, example: Example) -> Row:
    question = model.question(example.question)
    features = raw_features(QuestionMatches(question, example.pool))
    table = ranking_table(question, features)
    return Row(example, tuple(features), table, zlib.crc32(example.group.encode()) % FOLDS)


def train(
    model: EvidenceModel, rows: list[Row], words: str, present: Weights | None = None
) -> Weights:
    """Fit the three models, or only the last one if `present` has the others. The confidence model
    learns from the scores of rankings that have not seen the question (four folds by article). So
    with `present`, too, it learns from orders fitted anew, which differ a little from the one that
    is kept."""
    ranking = present.ranking if present else rank_model(rows)
    judged = [_judged(row, ranking) for row in rows]
    stacked = present.stacked if present else stack_model(judged)
    by_fold = {
        fold: stack_model([each for each in judged if each.row.fold != fold])
        for fold in range(FOLDS)
    }
    confidence_rows = [_confidence_row(model, each, by_fold[each.row.fold]) for each in judged]
    labels = np.array([_label(each, by_fold[each.row.fold]) for each in judged])
    sources = np.array([row.example.source for row in rows])
    shares = np.array([CONFIDENCE_WEIGHTS.get(source, 0.0) for source in sources])
    table = np.array(confidence_rows)
    held_back = np.zeros(len(rows))

    def fitted(taught: Bools) -> Linear:
        return fit_confidence(table[taught], labels[taught], shares[taught], ridge=CONFIDENCE_RIDGE)

    for fold in range(FOLDS):
        inside = np.array([row.fold == fold for row in rows])
        taught = ~inside & (shares > 0)
        held_back[inside] = probability(fitted(taught).scores(table[inside]))
    answerable = np.array([row.example.answerable for row in rows])
    report(judged, by_fold, held_back, labels, sources, answerable)
    point = operating_point(held_back, sources, answerable)
    firsts = [_first(each, by_fold[each.row.fold]) for each in judged]
    point = point.model_copy(
        update={
            "short_answer": short_answer_threshold(judged, firsts, held_back, point),
            "verdict": verdict_threshold(Judge(load_judge())),
        }
    )
    return Weights(
        ranking=ranking,
        stacked=stacked,
        confidence=fitted(shares > 0),
        operating_point=point,
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
        training={
            "seed": SEED,
            "examples": dict(Counter(str(s) for s in sources[shares > 0])),
            "ranking_ridge": RANKING_RIDGE,
            "stacked_ridge": STACKED_RIDGE,
            "confidence_ridge": CONFIDENCE_RIDGE,
            "judge": judge_digest(),
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
        [row.example.flags.astype(float) for row in taught],
        [RANKING_WEIGHTS[row.example.source] for row in taught],
        names,
        ridge=RANKING_RIDGE,
    )


def _judged(row: Row, ranking: Linear) -> Judged:
    base = ranking.scores(row.table)
    chosen = judged_places(base)
    return Judged(row, base, chosen, list(row.example.read(chosen.tolist())))


def stack_model(judged: list[Judged]) -> Linear:
    """Fit the ranking on the judged candidates of questions that have both a right and a wrong one
    among them."""
    taught = []
    for each in judged:
        right = each.row.example.right
        if RANKING_WEIGHTS.get(each.row.example.source) and right is not None:
            flags = right[each.chosen]
            if flags.any() and not flags.all():
                taught.append((each, flags.astype(float)))
    return fit_ranking(
        [stacked_table(each.base[each.chosen], each.logits) for each, _ in taught],
        [flags for _, flags in taught],
        [RANKING_WEIGHTS[each.row.example.source] for each, _ in taught],
        STACKED_NAMES,
        ridge=STACKED_RIDGE,
    )


def _confidence_row(model: EvidenceModel, judged: Judged, stacked: Linear) -> Floats:
    example = judged.row.example
    features = dict(zip(judged.row.names, judged.row.table.T, strict=False))
    reading = QuestionMatches(model.question(example.question), example.pool)
    return confidence_row(
        reading, features, judged.base, judged.scores(stacked), judged.chosen, judged.judgements
    )


def _label(judged: Judged, stacked: Linear) -> int:
    example = judged.row.example
    if example.right is None:
        return int(example.answerable)
    return int(example.right[_first(judged, stacked)])


def _first(judged: Judged, stacked: Linear) -> int:
    return int(np.argmax(judged.scores(stacked)))


if __name__ == "__main__":
    main()
