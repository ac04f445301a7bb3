"""Sentences that an overview may show, with their vectors and how much each says by itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import states_something
from bot.answering.text.addressing import addresses_a_model
from bot.answering.text.context import leans_on_previous
from bot.answering.text.cues import HEDGES, read_cues
from index.generations.reader import Generation
from index.stores.text_store import StoredArticle, StoredSentence

Vectors = NDArray[np.float32]

_FEWEST_CHARS, _MOST_CHARS = 25, 500  # shorter is a fragment, longer fills a page
# Parts of the standing of a sentence. A lead sums an article up, a number is worth knowing, a
# hedged sentence comes last, and one that refers back cannot be read alone.
_LEAD, _NUMBER, _HEDGED, _LEANING, _POINTING, _FRAGMENT = 0.45, 0.1, 0.15, 0.3, 0.2, 0.4
_POINTS_BACK = re.compile(r"\b(?:this|these|those|such)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Material:
    """Sentences in order of their articles, their vectors of shape (sentences, dimension), and
    their standing: how well each can be read alone, higher is better."""

    sentences: tuple[StoredSentence, ...]
    vectors: Vectors
    standing: NDArray[np.float64]


def material(generation: Generation, articles: Sequence[StoredArticle], most_each: int) -> Material:
    """Collect the first `most_each` sentences of each article that state something."""
    return material_of(
        generation,
        [
            sentence
            for article in articles
            for sentence in stating_sentences(generation, article, most_each)
        ],
    )


def material_of(generation: Generation, sentences: Sequence[StoredSentence]) -> Material:
    """Add to the sentences their vectors and their standing."""
    rows = np.array([sentence.row for sentence in sentences], np.int64)
    dimension = generation.sentence_vectors.dimension
    vectors = (
        generation.sentence_vectors.vectors(rows)
        if len(rows)
        else np.empty((0, dimension), np.float32)
    )
    standing = np.array([_standing(sentence) for sentence in sentences])
    return Material(tuple(sentences), vectors, standing)


def stating_sentences(
    generation: Generation, article: StoredArticle, most: int
) -> list[StoredSentence]:
    """Return the sentences that state something that still holds, among the first `most`."""
    rows = range(article.first_sentence, min(article.end_sentence, article.first_sentence + most))
    return stating(generation, generation.texts.sentences(rows))


def stating(generation: Generation, sentences: Sequence[StoredSentence]) -> list[StoredSentence]:
    """Leave out the sentences that state nothing, or that address a language model."""
    kinds = generation.texts.kinds([sentence.row for sentence in sentences])
    return [
        sentence
        for sentence, kind in zip(sentences, kinds, strict=True)
        if states_something(sentence, kind) and not addresses_a_model(sentence.text)
    ]


def centrality(vectors: Vectors, centre: Vectors) -> NDArray[np.float64]:
    """Return the cosine of each vector with the centre, of shape (dimension,)."""
    length = float(np.linalg.norm(centre)) or 1.0
    found: NDArray[np.float64] = np.einsum("ij,j->i", vectors, centre / length).astype(np.float64)
    return found


def _standing(sentence: StoredSentence) -> float:
    text = sentence.text
    place = sentence.row - sentence.article.first_sentence
    standing = _LEAD / (1 + place)
    if _is_hedged(text):
        standing -= _HEDGED
    if leans_on_previous(text):
        standing -= _LEANING
    elif _POINTS_BACK.search(text):
        standing -= _POINTING
    if _DIGIT.search(text):
        standing += _NUMBER
    if not _FEWEST_CHARS <= len(text) <= _MOST_CHARS:
        standing -= _FRAGMENT
    return standing


def _is_hedged(text: str) -> bool:
    return any(cue.kind in HEDGES for cue in read_cues(text, (), (), lambda _: False))
