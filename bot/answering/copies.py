"""Collapsing copies: the same sentence in several articles is one piece of evidence.

Syndicated news repeats sentences with small changes. Shown as several citations they would look
like several sources; ranked side by side they would take away each other's lead, and with it the
confidence.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.analysis import stem
from index.search import SentenceHit
from index.words import FUNCTION_WORDS, read_words

_NEGATIONS = frozenset("not no nor".split())
_FEWEST_WORDS = 4  # shorter sentences are alike by chance


@dataclass(frozen=True, slots=True)
class DistinctHit:
    """A hit, and its copies further down the list."""

    hit: SentenceHit
    copies: tuple[SentenceHit, ...] = ()


def collapse_copies(hits: Iterable[SentenceHit]) -> list[DistinctHit]:
    """The hits in their order, each copy put to the first of its kind. Copies have the same words
    that matter, as often: another order, another form or another "the" makes no difference, while
    one other name or number, or a "not", does."""
    kept: dict[object, list[SentenceHit]] = {}
    for hit in hits:
        kept.setdefault(_key(hit.sentence.text), []).append(hit)
    return [DistinctHit(same[0], tuple(same[1:])) for same in kept.values()]


def are_copies(sentence: str, other: str) -> bool:
    return _key(sentence) == _key(other)


@lru_cache(maxsize=20_000)
def _key(sentence: str) -> object:
    counts = Counter(
        stem(word.lower)
        for word in read_words(sentence)
        if word.lower not in FUNCTION_WORDS or word.lower in _NEGATIONS
    )
    if counts.total() < _FEWEST_WORDS:
        return " ".join(sentence.split())
    return frozenset(counts.items())
