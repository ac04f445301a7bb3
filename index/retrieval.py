"""Hybrid retrieval: dense and BM25 scores of sentences and of their passages, fused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.generations.admission import Admission, Mask
from index.generations.reader import Generation, PassageVectors, SentenceVectors, TermScores
from index.period import NOW, Period
from index.ranges import distinct, run_begins
from index.stores.lexical import best_rows
from index.stores.terms import Analyzer
from index.stores.text_store import StoredPassage, StoredSentence

Scores = NDArray[np.floating]

# Fusion weights, from shared measurements on SQuAD 2: sentence@1 is .728 with these, .667 for BM25
# alone, .595 for dense alone. BM25 is divided by the query's best score.
LEXICAL_WEIGHT = 0.5
PASSAGE_WEIGHT = 0.5

# Minimum number of rows from each candidate list. Fusion needs more than the k rows requested,
# because a row's rank differs between lists.
_MIN_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence with its retrieval scores. `dense` is a cosine in [-1, 1], `lexical` is BM25 as a
    share of the query's best. The `passage_` scores are those of its passage. `score` is the fusion
    of all four, at most 1."""

    sentence: StoredSentence
    score: float
    dense: float
    lexical: float
    passage_dense: float
    passage_lexical: float


@dataclass(frozen=True, slots=True)
class PassageHit:
    passage: StoredPassage
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """Ranked sentences and passages, best first; equal scores keep the order of the articles."""

    sentences: list[SentenceHit]
    passages: list[PassageHit]


class Searcher:
    """Hybrid search of a generation. Use one instance per thread: the analyzer keeps state."""

    def __init__(self) -> None:
        self._analyzer = Analyzer()

    def search(
        self,
        generation: Generation,
        query: str,
        vector: NDArray[np.float32],
        k: int,
        period: Period = NOW,
    ) -> Hits:
        """Return up to k sentences and k passages for one query, only of articles that `period`
        admits; `vector` has shape (dimension,)."""
        found = self._find(generation, query, vector, k, period)
        return Hits(found.sentences(k), found.passages(k))

    def search_sentences(
        self,
        generation: Generation,
        query: str,
        vector: NDArray[np.float32],
        k: int,
        period: Period = NOW,
    ) -> list[SentenceHit]:
        """Return only the sentences of `search`."""
        return self._find(generation, query, vector, k, period).sentences(k)

    def _find(
        self,
        generation: Generation,
        query: str,
        vector: NDArray[np.float32],
        k: int,
        period: Period,
    ) -> "_Found":
        terms, count = self._analyzer.terms(query), max(k, _MIN_CANDIDATES)
        return _Found(generation, terms, vector, count, generation.admission(period))


class _Found:
    """Candidates of one query in a generation: the `count` best sentences by vector and by BM25,
    their passages, and the best passages by BM25."""

    def __init__(
        self,
        generation: Generation,
        terms: Sequence[str],
        vector: NDArray[np.float32],
        count: int,
        admission: Admission | None,
    ) -> None:
        self._texts = generation.texts
        self._count = count
        admitted, passages = None, None
        if admission is not None:
            admitted, passages = admission.sentences, admission.passages
        self._sentences = _Side(
            generation.sentence_vectors, generation.sentence_terms, vector, terms, admitted
        )
        self._passages = _Side(
            generation.passage_vectors, generation.passage_terms, vector, terms, passages
        )
        nearest = generation.sentence_vectors.nearest(vector, count, admitted)
        self._rows = distinct(np.concatenate([nearest, self._sentences.best(count)]))

    def sentences(self, k: int) -> list[SentenceHit]:
        rows = self._rows
        if not len(rows):
            return []
        dense, lexical = self._sentences.scores(rows)
        of = self._texts.passages_of(rows)  # ascending, because the rows are
        new = run_begins(of)
        passages, place = of[new], np.cumsum(new) - 1
        passage_dense, passage_lexical = (each[place] for each in self._passages.scores(passages))
        score = fuse(dense, lexical, passage_dense, passage_lexical)
        columns = np.stack([score, dense, lexical, passage_dense, passage_lexical], axis=1)
        best = np.argsort(-score, kind="stable")[:k]
        sentences = self._texts.sentences(rows[best])
        return [SentenceHit(*hit) for hit in zip(sentences, *columns[best].T.tolist(), strict=True)]

    def passages(self, k: int) -> list[PassageHit]:
        near = self._texts.passages_of(self._rows)
        rows = distinct(np.concatenate([near, self._passages.best(self._count)]))
        if not len(rows):
            return []
        score = _mix(*self._passages.scores(rows))
        best = np.argsort(-score, kind="stable")[:k]
        return [PassageHit(self._texts.passage(int(rows[i])), float(score[i])) for i in best]


class _Side:
    """Dense and lexical scores of one query for sentences or for passages. BM25 is divided by the
    query's best score."""

    def __init__(
        self,
        vectors: SentenceVectors | PassageVectors,
        terms_index: TermScores,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        admitted: Mask | None,
    ) -> None:
        self._vectors, self._vector = vectors, vector
        self._lexical = terms_index.scores(terms)
        if admitted is not None:
            self._lexical = np.where(admitted, self._lexical, np.float32(0))
        self._most = self._lexical.max() or 1.0

    def best(self, count: int) -> NDArray[np.int64]:
        """Return the `count` best rows by BM25."""
        return best_rows(self._lexical, count)

    def scores(self, rows: NDArray[np.int64]) -> tuple[Scores, Scores]:
        """Return the dense and the lexical score of each row."""
        # Not @: its last digits depend on a row's position, and equal vectors must score equally.
        dense = np.einsum("ij,j->i", self._vectors.vectors(rows), self._vector)
        return dense, self._lexical[rows] / self._most


def fuse(dense: Scores, lexical: Scores, passage_dense: Scores, passage_lexical: Scores) -> Scores:
    """Fuse the scores of sentences: a weighted mean of the sentence's and its passage's scores, at
    most 1."""
    own, passage = _mix(dense, lexical), _mix(passage_dense, passage_lexical)
    return (own + PASSAGE_WEIGHT * passage) / (1 + PASSAGE_WEIGHT)


def _mix(dense: Scores, lexical: Scores) -> Scores:
    return (dense + LEXICAL_WEIGHT * lexical) / (1 + LEXICAL_WEIGHT)
