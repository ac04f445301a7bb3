"""Choosing evidence: a cheap ranker, the judge, and what is learned from both together.

A linear model over lexical features ranks a pool of candidates (trained by listwise softmax: Cao et
al., "Learning to Rank", 2007). The judge reads the best of them. A second linear model ranks those
by both scores, and a logistic one gives the probability that the first of them answers.
training/train_evidence.py fits all three; the record of that is in the file with the weights.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.analysis import QuestionAnalysis, WordWeights
from bot.answering.answer_kind import AnswerKind
from bot.answering.features import raw_features
from bot.answering.judge.judge import Judgement
from bot.answering.judge.model import judge_digest
from bot.answering.pool import Array, Pool
from bot.answering.reading import Reading
from bot.answering.told import Rows
from prompts import text

WEIGHTS_FILE, WORDS_FILE = "weights.json", "words.txt"
_MODEL = files("bot.answering").joinpath("model")

# The features that are also compared with the best of the pool: a cosine of 0.6 means one thing
# where the others have 0.3 and another where they have 0.59.
COMPARED = (
    "dense", "passage_dense", "cover", "cover_rare", "bm25", "bm25_passage", "cover_soft",
    "bigrams", "cover_passage", "cover_title",
)  # fmt: skip
# What the confidence takes of the first candidate.
OF_FIRST = (
    "dense", "passage_dense", "cover", "cover_passage", "cover_soft", "missing_most",
    "cover_particular", "cover_particular_anywhere", "missing_name", "focus", "type_fits",
    "negation_differs", "negated", "bigrams", "longest_run", "together", "mention_near",
    "mention_any", "cover_other", "missing", "other_number", "missing_superlative", "other_name",
    "together_covered", "points_back", "words", "precision", "cover_numbers", "new_numbers",
    "new_names",
)  # fmt: skip
_RARE = 1.1  # weight of words that general English does not know
_POOL_READ = 20  # of the pool, what "is it anywhere" looks at
# Candidates that the judge reads, the best of the cheap ranker's.
MOST_JUDGED = 12
_READ_FIRST, _CLEARLY_ANSWERS = 5, 2.0  # of them at first; log-odds from which no more are read
STACKED_NAMES = ("base", "base_lead", "judge", "judge_lead")

# Judges the candidates at these places of a pool, in this order.
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
        """One score a row of `table`, whose columns are `names`."""
        standard = (table - np.array(self.mean)) / np.array(self.deviation)
        clipped: Array = np.clip(standard, -self.clip, self.clip)
        scores: Array = clipped @ np.array(self.weights) + self.bias
        return scores


class OperatingPoint(BaseModel):
    """The thresholds, and what the first meant on questions held back from training: the share of
    unanswerable ones answered, of answerable ones refused.

    A question is answered from the confidence `threshold` on. A short answer is shown where the
    confidence times the probability of its span is at least `short_answer`, a verdict
    where the judge's probability of yes or of no is at least `verdict`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    short_answer: float
    verdict: float
    answered_unanswerable: float
    refused_answerable: float
    questions: int

    def __str__(self) -> str:
        return text(
            "lists.operating_point",
            threshold=self.threshold,
            questions=self.questions,
            answered_unanswerable=self.answered_unanswerable,
            refused_answerable=self.refused_answerable,
        )


class Weights(BaseModel):
    """The file with the three models and the record of their training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: Linear
    stacked: Linear
    confidence: Linear
    operating_point: OperatingPoint
    words_sha256: str
    training: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The score of each candidate, higher is better; the probability that the best of them answers
    the question; and what the judge says of those that it read, by their places."""

    scores: Array
    confidence: float
    judged: dict[int, Judgement]


class EvidenceModel:
    """Scores candidates for a question. Keeps no state between questions."""

    def __init__(self, weights: Weights, words: WordWeights) -> None:
        self.weights, self.words = weights, words

    @classmethod
    def load(cls) -> Self:
        """From the files that the package carries."""
        weights = Weights.model_validate_json(_MODEL.joinpath(WEIGHTS_FILE).read_bytes())
        words = _MODEL.joinpath(WORDS_FILE).read_bytes()
        if hashlib.sha256(words).hexdigest() != weights.words_sha256:
            raise ValueError(f"{WORDS_FILE} is not the list that {WEIGHTS_FILE} was trained with")
        return cls(weights, read_word_weights(words.decode()))

    def question(self, text: str, context: str = "") -> QuestionAnalysis:
        """`context` is what the question takes over from the conversation."""
        return QuestionAnalysis(text, self.words, context)

    def base_scores(self, question: QuestionAnalysis, pool: Pool) -> Array:
        """The cheap ranker's score of each candidate."""
        features = raw_features(Reading(question, pool))
        return self.weights.ranking.scores(ranking_table(question, features))

    def rank(self, question: QuestionAnalysis, pool: Pool, read: ReadCandidates) -> Ranking:
        """Rank a pool of one candidate at least; `read` asks the judge."""
        reading = Reading(question, pool)
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
    """Let the judge read candidates; return their places and judgements. The later ones hardly win
    once a sentence of the first clearly answers, and is then left unread."""
    chosen = judged_places(base)
    judged = list(read(chosen[:_READ_FIRST].tolist()))
    if len(chosen) > _READ_FIRST and max(each.answers for each in judged) < _CLEARLY_ANSWERS:
        return chosen, [*judged, *read(chosen[_READ_FIRST:].tolist())]
    return chosen[:_READ_FIRST], judged


def judged_places(base: Array, most: int = MOST_JUDGED) -> Rows:
    """The candidates that the judge reads, the best of the cheap ranker's first."""
    chosen: Rows = np.argsort(-base, kind="stable")[:most]
    return chosen


def stacked_table(base: Array, logits: Array) -> Array:
    """One row a judged candidate, in the order of STACKED_NAMES."""
    return np.column_stack([base - base.max(), _lead(base), logits, _lead(logits)])


def stacked_scores(stacked: Linear, base: Array, chosen: Rows, logits: Array) -> Array:
    """A score for each candidate. Those that the judge did not read come behind all others, in the
    cheap ranker's order."""
    judged = stacked.scores(stacked_table(base[chosen], logits))
    scores: Array = judged.min() - 1.0 + (base - base[chosen].min())
    scores[chosen] = judged
    return scores


@cache
def model_digest() -> str:
    """Names the models, the judge among them: with others, answers may be others."""
    weights = _MODEL.joinpath(WEIGHTS_FILE).read_bytes()
    return hashlib.sha256(weights + judge_digest().encode()).hexdigest()


def read_word_weights(words: str) -> WordWeights:
    """From a list of words, one a line, the most frequent first."""
    return WordWeights({word: rank for rank, word in enumerate(words.splitlines(), start=1)})


def ranking_names(raw: Sequence[str]) -> list[str]:
    """The columns of `ranking_table`."""
    kinds = [f"asks_{kind}" for kind in AnswerKind]
    return [*raw, *(f"{name}_lead" for name in COMPARED), *kinds, "terms", "particular_terms"]


def ranking_table(question: QuestionAnalysis, features: dict[str, Array]) -> Array:
    """One row a candidate, one column a feature, in the order of `ranking_names`."""
    count = len(features["dense"])
    about_question = [float(question.kind is kind) for kind in AnswerKind]
    about_question += [len(question.terms), float(question.particular.sum())]
    columns = [*features.values(), *(_lead(features[name]) for name in COMPARED)]
    return np.column_stack([*columns, np.tile(about_question, (count, 1))])


def _lead(values: Array) -> Array:
    """How far behind the best each value is, and for the best how far ahead of the second."""
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
    reading: Reading,
    features: dict[str, Array],
    base: Array,
    scores: Array,
    chosen: Rows,
    judged: Sequence[Judgement],
) -> Array:
    """Features of whether the best candidate answers, in the order of CONFIDENCE_NAMES. Its lead
    over the next is not among it: where several articles tell one story the next says the same,
    and the answer is the surer for it."""
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
