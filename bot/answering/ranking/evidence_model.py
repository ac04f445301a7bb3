"""The evidence model: a cheap ranker, the judge, and two models trained on the scores of both.

A linear model over lexical features ranks a pool of candidates. It is trained by listwise softmax
(Cao et al., "Learning to Rank", 2007). The judge reads the best candidates. A second linear model
ranks those by both scores. A logistic model gives the probability that the first of them answers.
training/train_evidence.py fits all three models. The weights file contains the training record.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.judge.judge import Judgement
from bot.answering.judge.model import judge_digest
from bot.answering.question.analysis import QuestionAnalysis, WordWeights
from bot.answering.question.answer_kind import AnswerKind
from bot.answering.ranking.candidate_words import Rows
from bot.answering.ranking.features import raw_features
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.pool import Array, Pool

WEIGHTS_FILE, WORDS_FILE = "weights.json", "words.txt"
SECOND_READING_FILE = "second_reading.json"  # see second_reading.py
_MODEL = files("bot.answering").joinpath("model")

# Features that are also compared with the best of the pool: a cosine of 0.6 is a strong sign if the
# others have 0.3, and a weak one if they have 0.59.
COMPARED = (
    "dense", "passage_dense", "cover", "cover_rare", "bm25", "bm25_passage", "cover_soft",
    "bigrams", "cover_passage", "cover_title",
)  # fmt: skip
# Features of the first candidate that the confidence model uses.
OF_FIRST = (
    "dense", "passage_dense", "cover", "cover_passage", "cover_soft", "missing_most",
    "cover_particular", "cover_particular_anywhere", "missing_name", "focus", "type_fits",
    "negation_differs", "negated", "bigrams", "longest_run", "together", "mention_near",
    "mention_any", "cover_other", "missing", "other_number", "missing_superlative", "other_name",
    "together_covered", "points_back", "words", "precision", "cover_numbers", "new_numbers",
    "new_names",
)  # fmt: skip
_RARE = 1.1  # only words outside the frequency list weigh more
_POOL_READ = 20  # best candidates that the "absent" features look at
# Candidates that the judge reads at most: the best ones of the cheap ranker.
MOST_JUDGED = 12
_READ_FIRST, _CLEARLY_ANSWERS = 5, 2.0  # first batch; log-odds at which no more are read
STACKED_NAMES = ("base", "base_lead", "judge", "judge_lead")

# Judge the candidates at these indices of a pool, in this order.
ReadCandidates = Callable[[Sequence[int]], Sequence[Judgement]]


class Linear(BaseModel):
    """A linear model over standardised and clipped features."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    clip: float

    def scores(self, table: Array) -> Array:
        """Score each row of `table`, whose columns are `names`."""
        standard = (table - np.array(self.mean)) / np.array(self.deviation)
        clipped: Array = np.clip(standard, -self.clip, self.clip)
        scores: Array = clipped @ np.array(self.weights) + self.bias
        return scores

    def probability(self, features: Mapping[str, float]) -> float:
        """Compute the probability of yes as a logistic model. Features that it has no weight for
        are ignored."""
        row = np.array([[features[name] for name in self.names]])
        return float(1 / (1 + np.exp(-self.scores(row)[0])))


class OperatingPoint(BaseModel):
    """The thresholds, and the error rates at the first one.

    A question is answered if its confidence is at least `threshold`. A short answer is shown if the
    confidence times the probability of its span is at least `short_answer`. A verdict is shown if
    the judge's probability of yes or of no is at least `verdict`.

    The error rates are measured on `questions` questions held back from training.
    `answered_unanswerable` is the share of the unanswerable ones that is answered.
    `refused_answerable` is the share of the answerable ones that is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    short_answer: float
    verdict: float
    answered_unanswerable: float
    refused_answerable: float
    questions: int


class Weights(BaseModel):
    """Contents of the weights file: the three models and the record of their training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: Linear
    stacked: Linear
    confidence: Linear
    operating_point: OperatingPoint
    words_sha256: str
    training: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking of a pool. `scores` has one score per candidate; higher is better. `confidence`
    is the probability that the best candidate answers the question. `judged` maps the index of each
    candidate that the judge read to its judgement."""

    scores: Array
    confidence: float
    judged: dict[int, Judgement]


class EvidenceModel:
    """Model that scores the candidates for a question. It keeps no state between questions."""

    def __init__(self, weights: Weights, words: WordWeights) -> None:
        self.weights, self.words = weights, words

    @classmethod
    def load(cls) -> Self:
        """Load the files of the package. Raises ValueError if the word list does not match the
        weights."""
        weights = Weights.model_validate_json(_MODEL.joinpath(WEIGHTS_FILE).read_bytes())
        words = _MODEL.joinpath(WORDS_FILE).read_bytes()
        if hashlib.sha256(words).hexdigest() != weights.words_sha256:
            raise ValueError(f"{WORDS_FILE} is not the list that {WEIGHTS_FILE} was trained with")
        return cls(weights, read_word_weights(words.decode()))

    def question(self, text: str, context: str = "") -> QuestionAnalysis:
        """Analyse a question; `context` is what it takes from the conversation."""
        return QuestionAnalysis(text, self.words, context)

    def base_scores(self, question: QuestionAnalysis, pool: Pool) -> Array:
        """Score each candidate with the cheap ranker."""
        features = raw_features(QuestionMatches(question, pool))
        return self.weights.ranking.scores(ranking_table(question, features))

    def rank(self, question: QuestionAnalysis, pool: Pool, read: ReadCandidates) -> Ranking:
        """Rank a pool of at least one candidate; `read` asks the judge."""
        reading = QuestionMatches(question, pool)
        features = raw_features(reading)
        base = self.weights.ranking.scores(ranking_table(question, features))
        chosen, judged = _read_while_unsure(base, read)
        logits = np.array([each.answers for each in judged])
        scores = stacked_scores(self.weights.stacked, base, chosen, logits)
        row = confidence_row(reading, features, base, scores, chosen, judged)
        odds = self.weights.confidence.scores(row[None])[0]
        return Ranking(
            scores,
            float(1 / (1 + np.exp(-odds))),
            dict(zip(chosen.tolist(), judged, strict=True)),
        )


def _read_while_unsure(base: Array, read: ReadCandidates) -> tuple[Rows, list[Judgement]]:
    """Let the judge read candidates; return their indices and judgements. If one of the first five
    clearly answers, the later ones hardly ever win and are not read."""
    chosen = judged_places(base)
    judged = list(read(chosen[:_READ_FIRST].tolist()))
    if len(chosen) > _READ_FIRST and max(each.answers for each in judged) < _CLEARLY_ANSWERS:
        return chosen, [*judged, *read(chosen[_READ_FIRST:].tolist())]
    return chosen[:_READ_FIRST], judged


def judged_places(base: Array, most: int = MOST_JUDGED) -> Rows:
    """Choose the candidates that the judge reads: the best ones of the cheap ranker, best first."""
    chosen: Rows = np.argsort(-base, kind="stable")[:most]
    return chosen


def stacked_table(base: Array, logits: Array) -> Array:
    """Build the features of the second ranker: one row per judged candidate, columns as in
    STACKED_NAMES."""
    return np.column_stack([base - base.max(), _lead(base), logits, _lead(logits)])


def stacked_scores(stacked: Linear, base: Array, chosen: Rows, logits: Array) -> Array:
    """Score each candidate. Those that the judge did not read rank behind all others, in the order
    of the cheap ranker."""
    judged = stacked.scores(stacked_table(base[chosen], logits))
    scores: Array = judged.min() - 1.0 + (base - base[chosen].min())
    scores[chosen] = judged
    return scores


@cache
def model_digest() -> str:
    """Return the checksum of the models, including the judge. Other models may give other
    answers."""
    weights = [_MODEL.joinpath(file).read_bytes() for file in (WEIGHTS_FILE, SECOND_READING_FILE)]
    return hashlib.sha256(b"".join(weights) + judge_digest().encode()).hexdigest()


def read_word_weights(words: str) -> WordWeights:
    """Read a list of words, one per line, the most frequent first."""
    return WordWeights({word: rank for rank, word in enumerate(words.splitlines(), start=1)})


def ranking_names(raw: Sequence[str]) -> list[str]:
    """Return the column names of `ranking_table`; `raw` are the names of the raw features."""
    kinds = [f"asks_{kind}" for kind in AnswerKind]
    return [*raw, *(f"{name}_lead" for name in COMPARED), *kinds, "terms", "particular_terms"]


def ranking_table(question: QuestionAnalysis, features: dict[str, Array]) -> Array:
    """Build the features of the cheap ranker: one row per candidate, columns as in
    `ranking_names`."""
    count = len(features["dense"])
    about_question = [float(question.kind is kind) for kind in AnswerKind]
    about_question += [len(question.terms), float(question.particular.sum())]
    columns = [*features.values(), *(_lead(features[name]) for name in COMPARED)]
    return np.column_stack([*columns, np.tile(about_question, (count, 1))])


def _lead(values: Array) -> Array:
    """Subtract the best value from each value. From the best value subtract the second best."""
    ordered = np.sort(values)[::-1]
    best = ordered[0]
    second = ordered[1] if len(ordered) > 1 else best - 0.2
    behind: Array = np.where(values == best, values - second, values - best)
    return behind


CONFIDENCE_NAMES = (
    *OF_FIRST, "score", "best_cover", "best_dense", "best_passage_dense",
    "terms", "question_weight", "absent", "absent_most", "absent_name", "absent_article",
    "absent_article_most", "absent_article_name", "absent_article_share", "absent_rare",
    "judge", "judge_best", "judge_total", "judge_span",
)  # fmt: skip


def confidence_row(
    reading: QuestionMatches,
    features: dict[str, Array],
    base: Array,
    scores: Array,
    chosen: Rows,
    judged: Sequence[Judgement],
) -> Array:
    """Compute the features of the best candidate that predict whether it answers, in the order of
    CONFIDENCE_NAMES. Its lead over the next candidate is not among them. If several articles tell
    one story, the next candidate says the same, and the answer is more certain."""
    question, article = reading.question, reading.pool.places.article
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    logits = np.array([each.answers for each in judged])
    best = judged[int(np.flatnonzero(chosen == first)[0])]
    absent = reading.absent(order[:_POOL_READ]) * question.weights
    absent_article = reading.absent(np.flatnonzero(article == article[first])) * question.weights
    total = question.weights.sum()
    return np.array(
        [
            *(features[name][first] for name in OF_FIRST),
            base[first],
            features["cover"].max(),
            features["dense"].max(),
            features["passage_dense"].max(),
            len(question.terms),
            total,
            absent.sum(),
            absent.max(initial=0.0),
            (absent * question.particular).max(initial=0.0),
            absent_article.sum(),
            absent_article.max(initial=0.0),
            (absent_article * question.particular).max(initial=0.0),
            absent_article.sum() / (total + 1e-6),
            absent[question.weights > _RARE].sum(),
            best.answers,
            logits.max(),
            np.logaddexp.reduce(logits),
            best.span_probability,
        ]
    )
