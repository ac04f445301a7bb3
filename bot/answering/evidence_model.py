"""The learned part of choosing evidence: two linear models over the features of a sentence.

The first ranks a pool of candidates (trained by listwise softmax: Cao et al., "Learning to Rank",
2007), the second gives the probability that the first of them answers (logistic). Both were
trained by training/train_evidence.py; the record of that is in the file with the weights.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.analysis import QuestionAnalysis, WordWeights
from bot.answering.answer_kind import AnswerKind
from bot.answering.features import raw_features
from bot.answering.ownership import compare_owners
from bot.answering.pool import Array, Pool
from bot.answering.reading import Reading
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
# What a sentence gains that tells of the one who is asked about, and loses that tells of another,
# in log-odds. Set, not learnt, for the training sets have few such questions: of the sentences in
# the first three there, .77 of the former and .2 of the latter are right, of all others .33.
_OWNER = 1.3
_POOL_READ = 20  # of the pool, what "is it anywhere" looks at


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
    """From which confidence on a question is answered, and what that meant on the questions held
    back from training: the share of unanswerable ones answered, of answerable ones refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
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
    """The file with both models and the record of their training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: Linear
    confidence: Linear
    operating_point: OperatingPoint
    words_sha256: str
    training: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The score of each candidate, higher is better, and the probability that the best of them
    answers the question."""

    scores: Array
    confidence: float


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

    def rank(self, question: QuestionAnalysis, pool: Pool) -> Ranking:
        """Of one candidate at least."""
        reading = Reading(question, pool)
        features = raw_features(reading)
        scores = self.weights.ranking.scores(ranking_table(question, features))
        owned = ownership(reading)
        ranked = scores + owned
        row = confidence_row(reading, features, ranked)
        odds = self.weights.confidence.scores(row[None])[0]
        odds += min(owned[int(np.argmax(ranked))], 0.0)
        return Ranking(ranked, float(1 / (1 + np.exp(-odds))))


@cache
def model_digest() -> str:
    """Names the model: of another one, answers may be others."""
    return hashlib.sha256(_MODEL.joinpath(WEIGHTS_FILE).read_bytes()).hexdigest()


def ownership(reading: Reading) -> Array:
    """What each candidate gains or loses by whom it tells of, in log-odds."""
    return _OWNER * compare_owners(reading)


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
)  # fmt: skip


def confidence_row(reading: Reading, features: dict[str, Array], scores: Array) -> Array:
    """What tells whether the best candidate answers, in the order of CONFIDENCE_NAMES. How far it
    is ahead of the next is not among it: where several articles tell one story the next says the
    same, and the answer is the surer for it, not the less."""
    question, article = reading.question, reading.pool.places.article
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    absent = reading.absent(order[:_POOL_READ]) * question.weights
    absent_article = reading.absent(np.flatnonzero(article == article[first])) * question.weights
    total = question.weights.sum()
    return np.array(
        [
            *(features[name][first] for name in OF_FIRST),
            scores[first],
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
        ]
    )
