"""Collapsing copies: the same sentence in several articles is one piece of evidence.

Syndicated news repeats sentences with small changes. Shown as several citations they would look
like several sources; ranked side by side they would take away each other's lead, and with it the
confidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.answering.question.analysis import stem
from bot.answering.ranking.lexicon import NOT_TELLING, TELLING
from bot.answering.ranking.pool import READ_WORDS, Pool
from index.search import SentenceHit
from index.text.words import read_words

_FEWEST_WORDS = 4  # shorter sentences are alike by chance


@dataclass(frozen=True, slots=True)
class DistinctHit:
    """A hit, its place in the list, and its copies further down."""

    hit: SentenceHit
    place: int
    copies: tuple[SentenceHit, ...] = ()


def collapse_copies(hits: Sequence[SentenceHit], pool: Pool) -> list[DistinctHit]:
    """The hits, which are the pool's candidates, in their order, each copy put to the first of its
    kind. Copies have the same words that matter, as often: another order, another form or another
    "the" makes no difference, while one other name or number, or a "not", does."""
    kept: dict[object, list[int]] = {}
    for place, key in enumerate(_keys(hits, pool)):
        kept.setdefault(key, []).append(place)
    return [
        DistinctHit(hits[first], first, tuple(hits[copy] for copy in copies))
        for first, *copies in kept.values()
    ]


def are_copies(sentence: str, other: str) -> bool:
    """Whether one would be put to the other; both with their initials written out."""
    return _key(sentence) == _key(other)


def _key(sentence: str) -> object:
    words = read_words(sentence)[:READ_WORDS]
    stems = sorted(stem(word.lower) for word in words if word.lower not in NOT_TELLING)
    if len(stems) < _FEWEST_WORDS or len(words) == READ_WORDS:
        return " ".join(sentence.split())
    return stems


def _keys(hits: Sequence[SentenceHit], pool: Pool) -> Iterator[object]:
    """The same of each hit, from the words that the index stores."""
    told = pool.told
    places = np.flatnonzero(told.are(TELLING))
    stems = np.sort((told.of[places] << 32) + told.stems[places])
    bounds = np.searchsorted(stems >> 32, np.arange(len(hits) + 1)).tolist()
    words = (stems & 0xFFFFFFFF).astype(np.int32)
    for hit, (start, end), length in zip(hits, pairwise(bounds), told.lengths, strict=True):
        if end - start < _FEWEST_WORDS or length == READ_WORDS:  # of which there may be more
            yield " ".join(hit.sentence.text.split())
        else:
            yield words[start:end].tobytes()
