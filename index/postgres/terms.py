"""BM25 of a generation on a server. The entries of a term are stored in segments that never change;
a reader keeps those of frequent terms."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.rows import RowNumbers
from index.postgres.schema import of_epoch
from index.stores.lexical import Scores, inverse_frequency, saturation

NUMBER = np.dtype("<u4")  # in a segment
_KEPT_ENTRIES = 2_000_000  # of 8 bytes
_SELECT: LiteralString = (
    "SELECT of_passages, term, rows, times, lengths FROM dealbot.{postings} "
    "WHERE term = ANY(%s) AND from_generation <= %s ORDER BY term, of_passages, segment"
)
_Key = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class _Weights:
    """The rows of a generation that have a term, and its score in each."""

    rows: NDArray[np.int32]
    scores: Scores

    def __len__(self) -> int:
        return len(self.rows) + 16  # an empty one takes memory, too


class ServerTerms:
    """The entries of terms in sentences and in passages, fetched together."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._cache: RowCache[_Key, _Weights] = RowCache(_KEPT_ENTRIES, self._fetch, len)

    def of(self, terms: Sequence[str], *, of_passages: bool) -> list[_Weights]:
        # The other kind is asked for next: one request brings both.
        both = [(kind, term) for term in terms for kind in (False, True)]
        found = self._cache.of(both)
        return [found[of_passages, term] for term in terms]

    def _fetch(self, keys: list[_Key]) -> Mapping[_Key, _Weights]:
        of = self._contents
        terms = list(OrderedDict.fromkeys(term for _, term in keys))
        [found] = of.read((of_epoch(_SELECT, of.epoch), [terms, of.number]))
        parts: dict[_Key, list[tuple[bytes, bytes, bytes]]] = {}
        for of_passages, term, rows, times, lengths in found:
            parts.setdefault((of_passages, term), []).append((rows, times, lengths))
        return {key: self._weights(key[0], parts.get(key, [])) for key in keys}

    def _weights(self, of_passages: bool, parts: list[tuple[bytes, bytes, bytes]]) -> _Weights:
        """Score the entries of one term; those of other generations are left out."""
        of = self._contents
        numbers: RowNumbers = of.passages if of_passages else of.sentences
        average = of.passage_terms if of_passages else of.sentence_terms
        stored, times, lengths = (
            np.frombuffer(b"".join(column), NUMBER).astype(np.int64)
            for column in (zip(*parts, strict=True) if parts else ((), (), ()))
        )
        rows = numbers.rows(stored)
        own = rows >= 0
        shares = saturation(times[own], lengths[own] / average)
        weight = inverse_frequency(len(numbers), np.array([np.count_nonzero(own)]))
        return _Weights(rows[own].astype(np.int32), (weight * shares).astype(np.float32))


class ServerTermScores:
    """BM25 of the sentences or of the passages. Thread-safe."""

    def __init__(self, contents: Contents, terms: ServerTerms, *, of_passages: bool) -> None:
        self._terms, self._of_passages = terms, of_passages
        self._count = len(contents.passages if of_passages else contents.sentences)

    def __len__(self) -> int:
        return self._count

    def scores(self, terms: Sequence[str]) -> Scores:
        scores = np.zeros(self._count, np.float32)
        for weights in self._terms.of(terms, of_passages=self._of_passages) if terms else ():
            scores[weights.rows] += weights.scores
        return scores
