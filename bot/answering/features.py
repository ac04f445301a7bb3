"""What speaks for a sentence as the answer to a question, as numbers.

Everything is computed from the question, the sentence, its neighbours, its passage, its article's
title and two cosines: the same features whether the sentences come from an index or are given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.analysis import PassageAnalysis, QuestionAnalysis, SentenceAnalysis
from bot.answering.answer_type import nearest_mention, together, types

Array = NDArray[np.float64]

_SIMILAR = 0.4  # trigram overlap (Dice) from which a word may be another form or spelling
_K1, _B, _AVERAGE_WORDS = 1.2, 0.6, 22.0  # BM25 without an index: its usual constants


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer. `dense` and `passage_dense` are the cosines of the question
    with the sentence and with its passage; `position` of `count` is its place in the article."""

    sentence: SentenceAnalysis
    before: SentenceAnalysis | None
    after: SentenceAnalysis | None
    passage: PassageAnalysis
    title: frozenset[str]
    article: str
    position: int
    count: int
    dense: float
    passage_dense: float


def raw_features(question: QuestionAnalysis, pool: Sequence[Candidate]) -> dict[str, Array]:
    """Every feature by name, an array with one number a candidate."""
    terms = _TermMatches(question, pool)
    features = {
        "dense": np.array([c.dense for c in pool]),
        "passage_dense": np.array([c.passage_dense for c in pool]),
    }
    features |= _coverage(question, pool, terms)
    features |= _missing(question, pool, terms)
    features |= _wording(question, pool, terms)
    features |= _answer_type(question, pool)
    features |= _structure(question, pool, terms)
    features |= _shape(question, pool)
    return features


class _TermMatches:
    """Which question terms (columns) occur where, for each candidate (rows); `soft` counts a
    similar word as part of a match."""

    def __init__(self, question: QuestionAnalysis, pool: Sequence[Candidate]) -> None:
        self._terms = question.terms
        self.sentence = self._table(pool, lambda c: c.sentence.stem_set)
        self.passage = self._table(pool, lambda c: c.passage.stem_set)
        self.title = self._table(pool, lambda c: c.title)
        self.before = self._table(pool, lambda c: c.before.stem_set if c.before else frozenset())
        self.after = self._table(pool, lambda c: c.after.stem_set if c.after else frozenset())
        self.soft = self.sentence.copy()
        for column, letters in enumerate(question.trigrams):
            if letters is None:
                continue
            for row, candidate in enumerate(pool):
                if not self.sentence[row, column] and _may_be_alike(letters, candidate.sentence):
                    words = candidate.sentence.long_words
                    best = max((dice(letters, word) for word in words), default=0.0)
                    self.soft[row, column] = best if best > _SIMILAR else 0.0

    def _table(
        self, pool: Sequence[Candidate], words: Callable[[Candidate], frozenset[str]]
    ) -> Array:
        rows = []
        for candidate in pool:
            found = words(candidate)
            rows.append([term in found for term in self._terms])
        return np.array(rows, float).reshape(len(pool), len(self._terms))


def _may_be_alike(letters: frozenset[str], sentence: SentenceAnalysis) -> bool:
    """False where no word of the sentence can be similar: all of them together share too little.
    A word of four letters, the shortest that counts, has four trigrams."""
    return 2 * len(letters & sentence.trigrams) > _SIMILAR * (len(letters) + 4)


def dice(left: frozenset[str], right: frozenset[str]) -> float:
    """Twice what two sets share, as a share of both (Dice 1945)."""
    return 2 * len(left & right) / (len(left) + len(right))


def _coverage(
    question: QuestionAnalysis, pool: Sequence[Candidate], terms: _TermMatches
) -> dict[str, Array]:
    """The weighted share of the question that is found, here and nearby, and BM25."""
    weights = question.weights
    total = weights.sum() + 1e-6
    # Weights raised for terms that few of the candidates have.
    rarity = weights * np.log(1 + len(pool) / (terms.sentence.sum(axis=0) + 0.5))
    covered = terms.sentence @ weights / total
    particular = question.particular * weights
    numbers = np.array([float(word[0].isdigit()) for word in question.words])
    anywhere = np.maximum(np.maximum(terms.passage, terms.title), terms.soft)
    return {
        "cover": covered,
        "cover_rare": terms.sentence @ rarity / (rarity.sum() + 1e-6),
        "cover_passage": terms.passage @ weights / total,
        "cover_title": np.maximum(terms.sentence, terms.title) @ weights / total,
        "cover_before": np.maximum(terms.sentence, terms.before) @ weights / total - covered,
        "cover_after": np.maximum(terms.sentence, terms.after) @ weights / total - covered,
        "cover_soft": terms.soft @ weights / total,
        "cover_particular": _share(np.maximum(terms.soft, terms.title), particular, 0.75),
        "cover_particular_anywhere": _share(anywhere, particular, 0.75),
        "cover_other": _share(terms.soft, weights * ~question.particular, 0.75),
        "cover_numbers": _share(terms.sentence, numbers, 0.5),
        "bm25": np.array([_bm25(question, c.sentence) for c in pool]) / total,
        "bm25_passage": np.array([_bm25(question, c.passage) for c in pool]) / total,
    }


def _share(matches: Array, weights: Array, of_nothing: float) -> Array:
    if not weights.sum():
        return np.full(len(matches), of_nothing)
    share: Array = matches @ weights / weights.sum()
    return share


def _bm25(question: QuestionAnalysis, text: SentenceAnalysis | PassageAnalysis) -> float:
    norm = _K1 * (1 - _B + _B * text.length / _AVERAGE_WORDS)
    score = 0.0
    for term, weight in zip(question.terms, question.weights.tolist(), strict=True):
        if term in text.stem_set:
            count = text.count(term)
            score += weight * count * (_K1 + 1) / (count + norm)
    return score


def _missing(
    question: QuestionAnalysis, pool: Sequence[Candidate], terms: _TermMatches
) -> dict[str, Array]:
    """What the question has and the sentence lacks, above all names and numbers."""
    lacks = (1 - terms.soft) * question.weights
    anywhere = np.maximum(terms.soft, np.maximum(terms.passage, terms.title))
    lacks_particular = (1 - anywhere) * question.weights * question.particular
    missing_name = _largest(lacks_particular)
    numbers = {
        term for term, word in zip(question.terms, question.words, strict=True) if word[0].isdigit()
    }
    return {
        "missing": lacks.sum(axis=1),
        "missing_most": _largest(lacks),
        "missing_name": missing_name,
        "other_name": missing_name * _flags(pool, lambda c: _has_new_name(question, c)),
        "other_number": _flags(pool, lambda c: _has_other_number(numbers, c.sentence)),
        "missing_superlative": _flags(
            pool, lambda c: bool(question.superlatives - c.sentence.stem_set)
        ),
    }


def _largest(table: Array) -> Array:
    largest: Array = table.max(axis=1) if table.shape[1] else np.zeros(len(table))
    return largest


def _flags(pool: Sequence[Candidate], holds: Callable[[Candidate], bool]) -> Array:
    return np.array([float(holds(candidate)) for candidate in pool])


def _has_new_name(question: QuestionAnalysis, candidate: Candidate) -> bool:
    return any(not question.stem_set.issuperset(name) for name in candidate.sentence.names)


def _has_other_number(numbers: set[str], sentence: SentenceAnalysis) -> bool:
    digits = {number for number in sentence.numbers if number[0].isdigit()}
    return bool(numbers and digits) and numbers.isdisjoint(digits)


def _wording(
    question: QuestionAnalysis, pool: Sequence[Candidate], terms: _TermMatches
) -> dict[str, Array]:
    """How closely the sentence follows the question's words, and how much it adds."""
    told = terms.sentence @ question.weights
    sentence_weights = np.array([c.sentence.weight for c in pool])
    return {
        "bigrams": np.array(
            [sum(b in c.sentence.bigrams for b in question.bigrams) for c in pool], float
        )
        / max(len(question.bigrams), 1),
        "longest_run": np.array([_longest_run(question.stems, c.sentence) for c in pool], float)
        / max(len(question.stems), 1),
        "precision": told / (sentence_weights + 1e-6),
        "new_information": np.log1p(np.maximum(sentence_weights - told, 0)),
        "focus": np.array(
            [
                0.5 if question.focus is None else float(question.focus in c.sentence.stem_set)
                for c in pool
            ]
        ),
    }


def _longest_run(words: Sequence[str], sentence: SentenceAnalysis) -> int:
    """Length of the longest run of words that both have."""
    best = 0
    ending: dict[int, int] = {}
    for word in words:
        positions = sentence.positions.get(word, ())
        ending = {position: ending.get(position - 1, 0) + 1 for position in positions}
        for length in ending.values():
            best = max(best, length)
    return best


def _answer_type(question: QuestionAnalysis, pool: Sequence[Candidate]) -> dict[str, Array]:
    """Whether the sentence has something new of the kind that is asked for."""
    rows = [types(question, c.sentence) for c in pool]
    names = ("type_fits", "new_numbers", "new_dates", "new_names", "new_places")
    table = np.array(rows, float).reshape(len(pool), len(names))
    features = {name: table[:, column] for column, name in enumerate(names)}
    return features | {"has_money": _flags(pool, lambda c: c.sentence.has_money)}


def _structure(
    question: QuestionAnalysis, pool: Sequence[Candidate], terms: _TermMatches
) -> dict[str, Array]:
    """Whether what stands together in the question stands together in the sentence, and whether
    something new of the right kind stands near it."""
    near_words = np.array([together(question, c.sentence) for c in pool])
    near = np.array([nearest_mention(question, c.sentence) for c in pool]).reshape(len(pool), 2)
    covered = terms.soft @ question.weights / (question.weights.sum() + 1e-6)
    return {
        "together": near_words,
        "together_covered": near_words * covered,
        "mention_near": near[:, 0],
        "mention_any": near[:, 1],
    }


def _shape(question: QuestionAnalysis, pool: Sequence[Candidate]) -> dict[str, Array]:
    position = np.array([c.position for c in pool], float)
    count = np.array([c.count for c in pool], float)
    return {
        "negation_differs": _flags(pool, lambda c: c.sentence.negated != question.negated),
        "negated": _flags(pool, lambda c: c.sentence.negated),
        "points_back": _flags(pool, lambda c: c.sentence.points_back),
        "quotes": _flags(pool, lambda c: c.sentence.quotes),
        "asks": _flags(pool, lambda c: c.sentence.asks),
        "words": np.log1p([len(c.sentence.stems) for c in pool]),
        "position": position / np.maximum(count - 1, 1),
        "first": (position == 0).astype(float),
        "last": (position == count - 1).astype(float),
    }
