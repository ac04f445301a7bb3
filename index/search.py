"""Hybrid retrieval: dense and BM25 scores of sentences and of their passages, fused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex
from index.generations import Generation
from index.lexical import Analyzer, LexicalIndex
from index.text_store import StoredPassage, StoredSentence, TextStore

Scores = NDArray[np.floating]

# Weights of the fusion, from shared measurements on SQuAD 2 (sentence@1 .728 with these, .667
# for BM25 alone, .595 for dense alone). BM25 is divided by the query's best score.
LEXICAL_WEIGHT = 0.5
PASSAGE_WEIGHT = 0.5

# How many rows each of the four lists contributes at least; the fused order needs a few more
# than are asked for, because a row's place differs from list to list.
_MIN_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence with what each part of retrieval says of it: cosines in [-1, 1], BM25 as a
    share of the query's best, and `score`, their fusion, at most 1."""

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
    """Both lists ranked, best first; equal scores stand in the order of the articles."""

    sentences: list[SentenceHit]
    passages: list[PassageHit]


class Searcher:
    """Searches a generation. One instance belongs to one thread (its analyzer keeps state)."""

    def __init__(self) -> None:
        self._analyzer = Analyzer()

    def search(
        self, generation: Generation, query: str, vector: NDArray[np.float32], k: int
    ) -> Hits:
        """Up to k sentences and k passages for one query; `vector` has shape (dimension,)."""
        terms = self._analyzer.terms(query)
        sentences = _Side(generation.sentence_vectors, generation.sentence_terms, vector, terms)
        passages = _Side(generation.passage_vectors, generation.passage_terms, vector, terms)
        count = max(k, _MIN_CANDIDATES)
        passage_rows = passages.candidates(count)
        sentence_rows = sentences.candidates(count)
        return Hits(
            _rank_sentences(generation.texts, sentences, passages, sentence_rows, k),
            _rank_passages(generation.texts, passages, passage_rows, k),
        )


class _Side:
    """Dense and lexical scores of one query against all rows of one kind."""

    def __init__(
        self,
        vectors: DenseIndex,
        terms_index: LexicalIndex,
        vector: NDArray[np.float32],
        terms: Sequence[str],
    ) -> None:
        self._vectors, self._vector = vectors, vector
        lexical = terms_index.scores(terms)
        self._lexical = lexical / (lexical.max() or 1.0)

    def candidates(self, count: int) -> NDArray[np.int64]:
        """Rows among the `count` best by either score, ascending."""
        dense = self._vectors.search(self._vector[None], count)[1][0]
        count = min(count, len(self._lexical))
        lexical = np.argpartition(-self._lexical, count - 1)[:count]
        return np.union1d(dense, lexical[self._lexical[lexical] > 0])

    def scores(self, rows: NDArray[np.int64]) -> tuple[Scores, Scores]:
        """The dense and the lexical score of each row."""
        return self._vectors.vectors(rows) @ self._vector, self._lexical[rows]


def _rank_sentences(
    texts: TextStore, sentences: _Side, passages: _Side, rows: NDArray[np.int64], k: int
) -> list[SentenceHit]:
    dense, lexical = sentences.scores(rows)
    passage_dense, passage_lexical = passages.scores(texts.passages_of(rows))
    score = fuse(dense, lexical, passage_dense, passage_lexical)
    columns = np.stack([score, dense, lexical, passage_dense, passage_lexical], axis=1)
    best = np.argsort(-score, kind="stable")[:k]
    return [SentenceHit(texts.sentence(int(rows[i])), *columns[i].tolist()) for i in best]


def _rank_passages(
    texts: TextStore, passages: _Side, rows: NDArray[np.int64], k: int
) -> list[PassageHit]:
    score = _mix(*passages.scores(rows))
    best = np.argsort(-score, kind="stable")[:k]
    return [PassageHit(texts.passage(int(rows[i])), float(score[i])) for i in best]


def fuse(dense: Scores, lexical: Scores, passage_dense: Scores, passage_lexical: Scores) -> Scores:
    """The fused score of sentences, at most 1: a weighted mean of what the sentence and what
    its passage score."""
    own, passage = _mix(dense, lexical), _mix(passage_dense, passage_lexical)
    return (own + PASSAGE_WEIGHT * passage) / (1 + PASSAGE_WEIGHT)


def _mix(dense: Scores, lexical: Scores) -> Scores:
    return (dense + LEXICAL_WEIGHT * lexical) / (1 + LEXICAL_WEIGHT)
