"""Training of bot/answering/model/support.json from claims made of our own articles.

    python -m training.train_support --shared ../shared

Two thirds of the articles, bundled and generated, teach. So do the claims of the stories and the
pairs of NLI that the judge has not seen. `python -m benchmarks.verification` measures on the other
articles. WiCE, judged by people, only measures.
"""

import argparse
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims.cases import Case
from benchmarks.claims.judged import cited, is_held_back, wice_cases
from benchmarks.claims.texts import (
    bundled_cases,
    bundled_texts,
    generated_cases,
    generated_texts,
    initials_of,
)
from benchmarks.results_file import save_indented
from bot.answering.ranking.evidence_model import EvidenceModel, Linear
from bot.answering.verification.features import support_features
from bot.answering.verification.findings import findings
from bot.answering.verification.support_model import SUPPORT_FILE, SupportModel
from bot.answering.verification.verifier import Cited, Verifier
from bot.domain.claims import FindingKind
from bot.evaluation.metrics import Bools, Floats, auroc
from index.text.initials import Initials
from training.judge.examples import RIGHT
from training.judge.sets import read_nli, story_questions
from training.linear_models import NO_MODEL, fit_logistic, probability
from training.stories import Label, StoryArticle

ROOT = Path(__file__).parents[1]
OUT = ROOT / "bot" / "answering" / "model" / SUPPORT_FILE
FOLDS, RIDGE = 5, 1.0
# Claims that a rule refuses anyway teach little about wording. Articles written by people are few.
UNREFUSED_WEIGHT, BUNDLED_WEIGHT = 3.0, 5.0
GENERATED_ONE_IN = 3  # every third claim made by templates; they far outnumber all others
MOST_KEPT, MOST_REMOVED = 0.02, 0.10  # goals at the operating point

AGAINST = {
    *(f"{kind}_lost" for kind in FindingKind), "orders_turned", "roles_taken",
    "relations_swapped", "judge_contradicts",
}  # fmt: skip
EITHER = {"words", "particulars", "order"}


@dataclass(frozen=True, slots=True)
class Table:
    """Features and labels, one row a claim. `refused` marks claims in which a rule finds something,
    whatever the score."""

    names: list[str]
    rows: Floats
    labels: Bools
    refused: Bools
    folds: NDArray[np.int64]
    weights: Floats


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=OUT)
    options = arguments.parse_args()
    verifier = Verifier(EvidenceModel.load().words, _blank())
    texts, made = bundled_texts(ROOT / "articles"), generated_texts()
    bundled, generated = list(bundled_cases(texts)), list(generated_cases(made))
    by_words = [
        *_table_rows(bundled, verifier, initials_of(texts), True, judged=False),
        *_table_rows(generated, verifier, None, False, judged=False),
    ]
    others = [*story_cases(verifier), *nli_cases(options.shared / "train" / "cad_nli" / "dev.tsv")]
    by_judge = [
        *_table_rows(bundled, verifier, initials_of(texts), True),
        *_table_rows(generated[::GENERATED_ONE_IN], verifier, None, False),
        *_table_rows(others, verifier, None, True),
    ]
    people = _table_rows(wice_cases(options.shared), verifier, None, False)
    lexical, lexical_threshold, lexical_record = _train(
        _without_judge(by_words), _without_judge(people)
    )
    linear, threshold, record = _train(by_judge, people)
    model = SupportModel(
        lexical=lexical,
        lexical_threshold=lexical_threshold,
        linear=linear,
        threshold=threshold,
        training={**record, "lexical": lexical_record},
    )
    save_indented(model.model_dump(mode="json"), options.out)


def story_cases(verifier: Verifier) -> Iterator[Case]:
    """Yield the claims of the stories that the judge has not seen, each with a sentence that
    decides it. A claim that no sentence decides gets the one that the judge rates as its best
    support."""
    for name, story in story_questions(held_out=True):
        sentences = [(article, s) for article in story.articles for s in article.sentences]
        for claim in story.claims:
            evidence = [(a, s) for a, s in sentences if s in map(story.sentence, claim.gold)]
            if not evidence:
                evidence = [max(sentences, key=partial(_support, verifier, claim.claim))]
            article, sentence = evidence[0]
            supported = claim.label is Label.SUPPORTED
            yield Case(name, article.title, claim.label, claim.claim, (sentence,), supported)


def _support(verifier: Verifier, claim: str, at: tuple[StoryArticle, str]) -> float:
    article, sentence = at
    return verifier.judged(claim, [Cited(sentence, article.title, article.title)]).supports


def nli_cases(path: Path) -> Iterator[Case]:
    """Yield premises and hypotheses that the judge has not seen, edited to differ in one thing."""
    for example in read_nli(path):
        (premise,), (label,) = example.sentences, example.labels
        yield Case(premise, "", "nli", example.text, (premise,), label == RIGHT)


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    features: dict[str, float]
    refused: bool
    bundled: bool


def _without_judge(rows: Sequence[Row]) -> list[Row]:
    return [
        replace(row, features={n: v for n, v in row.features.items() if not n.startswith("judge_")})
        for row in rows
    ]


def _table_rows(
    cases: Iterable[Case],
    verifier: Verifier,
    initials: Initials | None,
    bundled: bool,
    *,
    judged: bool = True,
) -> list[Row]:
    """Compute the features of each case. Without `judged`, skip the judge's scores, which take most
    of the time."""
    rows = []
    for case in cases:
        compared = verifier.compare(case.claim, cited(case), initials)
        found = findings(compared)
        said = verifier.judged(case.claim, cited(case) if judged else [])
        rows.append(Row(case, support_features(compared, found, said), bool(found), bundled))
    return rows


def _table(rows: Sequence[Row]) -> Table:
    refused = np.array([row.refused for row in rows])
    bundled = np.array([row.bundled for row in rows])
    weights = np.where(refused, 1.0, UNREFUSED_WEIGHT) * np.where(bundled, BUNDLED_WEIGHT, 1.0)
    return Table(
        names=list(rows[0].features),
        rows=np.array([list(row.features.values()) for row in rows]),
        labels=np.array([row.case.supported for row in rows]),
        refused=refused,
        folds=np.array([zlib.crc32(row.case.text.encode()) // 7 % FOLDS for row in rows]),
        weights=weights,
    )


def _train(
    taught: Sequence[Row], measured: Sequence[Row]
) -> tuple[Linear, float, dict[str, float]]:
    """Fit a model; return it with its threshold and the record of both."""
    table = _table([row for row in taught if not is_held_back(row.case.text)])
    people = _table(measured)
    held_out = _held_out(table)
    linear = _fit(table, np.full(len(table.rows), True))
    threshold = _threshold(np.where(table.refused, 0.0, held_out), table.labels)
    training = {
        "claims": len(table.rows),
        "supported": int(table.labels.sum()),
        "auroc_held_out_folds": _auroc(held_out, table.labels),
        "auroc_wice": _auroc(_scores(linear, people.rows), people.labels),
        "auroc_wice_fitted_on_its_other_claims": _auroc(_held_out(people), people.labels),
    }
    print(json.dumps(training, indent=1), threshold)
    for name, weight in zip(linear.names, linear.weights, strict=True):
        print(f"{name:20} {weight:6.2f}")
    return linear, threshold, training


def _fit(table: Table, chosen: Bools) -> Linear:
    return fit_logistic(
        table.rows[chosen],
        table.labels[chosen].astype(float),
        table.weights[chosen],
        table.names,
        against=AGAINST,
        either=EITHER,
        ridge=RIDGE,
    )


def _held_out(table: Table) -> Floats:
    """Score each claim by a model that has not seen its article."""
    scores = np.zeros(len(table.rows))
    for fold in range(FOLDS):
        away = table.folds == fold
        scores[away] = _scores(_fit(table, ~away), table.rows[away])
    return scores


def _scores(linear: Linear, rows: Floats) -> Floats:
    return probability(linear.scores(rows))


def _threshold(scores: Floats, labels: Bools) -> float:
    """Choose the threshold that minimises the larger of two ratios: unsupported claims kept, and
    supported claims removed, each divided by its goal."""

    def worse(threshold: float) -> float:
        kept = float((scores[~labels] >= threshold).mean()) / MOST_KEPT
        removed = float((scores[labels] < threshold).mean()) / MOST_REMOVED
        return max(kept, removed)

    return round(float(min(np.arange(0.3, 0.99, 0.01), key=worse)), 2)


def _auroc(scores: Floats, labels: Bools) -> float:
    return round(float(auroc(scores, labels)), 4)


def _blank() -> SupportModel:
    return SupportModel(
        lexical=NO_MODEL, lexical_threshold=0.5, linear=NO_MODEL, threshold=0.5, training={}
    )


if __name__ == "__main__":
    main()
