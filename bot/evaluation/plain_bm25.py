"""Plain BM25, the lexical baseline: bm25s as its documentation shows it, with stemming.

It uses nothing of our own index: no titles, no normalised numbers, not our analyzer. So it stays
the same while our index changes."""

from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

_NO_TERMS = "\0"  # bm25s cannot index a corpus without a single term


class PlainBm25:
    """Scores of a query against every text of a list."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._bm25 = bm25s.BM25()
        corpus = [terms or [_NO_TERMS] for terms in self._terms(texts)]
        self._bm25.index(corpus, show_progress=False)
        self._count = len(texts)

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return one score per text; zeros if no term of the query is known."""
        known = [term for term in self._terms([query])[0] if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._count)
        return np.asarray(self._bm25.get_scores(known), np.float64)

    def _terms(self, texts: Sequence[str]) -> list[list[str]]:
        terms: list[list[str]] = bm25s.tokenize(
            list(texts),
            stopwords="en",
            stemmer=self._stemmer,
            return_ids=False,
            show_progress=False,
        )
        return terms
