"""Grouping of copies: the same sentence in several articles is one piece of evidence.

Syndicated news repeats sentences with small changes. As several citations, copies would look like
several sources. As several candidates, they would reduce each other's lead, and with it the
confidence.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.answering.question.analysis import stem
from bot.answering.ranking.lexicon import NOT_TELLING, TELLING
from bot.answering.ranking.pool import READ_WORDS, Pool
from index.retrieval import SentenceHit
from index.text.words import read_words

_FEWEST_WORDS = 4  # shorter sentences are alike by chance


@dataclass(frozen=True, slots=True)
class DistinctHit:
    """A hit, its index in the list, and its copies further down the list."""

    hit: SentenceHit
    place: int
    copies: tuple[SentenceHit, ...] = ()


def collapse_copies(hits: Sequence[SentenceHit], pool: Pool) -> list[DistinctHit]:
    """Group the hits by copies, in order of the first hit of each group. The hits must be the
    pool's candidates in the same order. Copies have the same informative words, each equally often.
    The order of the words, their forms and words like "the" do not matter. A different name or
    number, or a "not", does."""
    kept: dict[object, list[int]] = {}
    for place, key in enumerate(_keys(hits, pool)):
        kept.setdefault(key, []).append(place)
    return [
        DistinctHit(hits[first], first, tuple(hits[copy] for copy in copies))
        for first, *copies in kept.values()
    ]


def are_copies(sentence: str, other: str) -> bool:
    """Return whether two sentences are copies of each other. Both must have their initials written
    out."""
    return copy_key(sentence) == copy_key(other)


def copy_key(sentence: str) -> Hashable:
    """Return a key that copies of a sentence share. Its initials must be written out."""
    words = read_words(sentence)[:READ_WORDS]
    stems = sorted(stem(word.lower) for word in words if word.lower not in NOT_TELLING)
    if len(stems) < _FEWEST_WORDS or len(words) == READ_WORDS:
        return " ".join(sentence.split())
    return tuple(stems)


def _keys(hits: Sequence[SentenceHit], pool: Pool) -> Iterator[object]:
    """Yield the key of each hit, from the words that the index stores. Copies have equal keys."""
    told = pool.told
    places = np.flatnonzero(told.are(TELLING))
    stems = np.sort((told.of[places] << 32) + told.stems[places])
    bounds = np.searchsorted(stems >> 32, np.arange(len(hits) + 1)).tolist()
    words = (stems & 0xFFFFFFFF).astype(np.int32)
    for hit, (start, end), length in zip(hits, pairwise(bounds), told.lengths, strict=True):
        if end - start < _FEWEST_WORDS or length == READ_WORDS:  # cut: the rest is unknown
            yield " ".join(hit.sentence.text.split())
        else:
            yield words[start:end].tobytes()
