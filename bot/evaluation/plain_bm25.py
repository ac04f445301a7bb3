"""Plain BM25, the lexical peer: bm25s as its documentation shows it, with stemming.

Nothing of our own index is in it, neither titles nor numbers in one spelling nor our analyzer, so
that it stays where it is while ours changes.
"""

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
        """One score a text, zeros where no term is known."""
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
