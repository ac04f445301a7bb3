"""BM25 over sentences and passages, and the terms that it counts.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
in Lucene's variant as bm25s computes it.
"""

import errno
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.words import FUNCTION_WORDS, read_words

_NO_TERMS = "\0"  # bm25s cannot index a corpus without a single term; no text has this one


class Analyzer:
    """Turns text into the stemmed terms that count. One instance belongs to one thread: the
    stemmer keeps state."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")

    def words(self, text: str) -> list[str]:
        """Words and numbers in order, function words left out, unstemmed."""
        return [word.lower for word in read_words(text) if word.lower not in FUNCTION_WORDS]

    def terms(self, text: str) -> list[str]:
        """The stems of `words(text)`."""
        stems: list[str] = self._stemmer.stemWords(self.words(text))
        return stems


class LexicalIndex:
    """BM25 scores of a query against every text of a list."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Self:
        """From the terms of each text, in row order."""
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        bm25.index([list(terms) or [_NO_TERMS] for terms in texts], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Memory-maps the score tables; no pickle is ever read."""
        return cls(bm25s.BM25.load(folder, mmap=True, load_vocab=True, allow_pickle=False))

    def save(self, folder: Path) -> None:
        self._bm25.save(folder, show_progress=False)
        # bm25s saves with np.save, which says nothing where the disk is full only as it closes
        # the file: what is cut off cannot be mapped.
        try:
            self.load(folder)
        except (EOFError, ValueError) as error:
            reason = "what was written cannot be read back; is the disk full?"
            raise OSError(errno.EIO, reason, str(folder)) from error

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every row, zeros where no term is known."""
        known = [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], np.float32)
        found: NDArray[np.float32] = self._bm25.get_scores(known)
        return found
