"""Sentences and passages of a generation that a period admits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.period import Period
from index.stores.text_store import FileTextStore

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Admission:
    """Masks of the admitted sentence rows and passage rows."""

    sentences: Mask
    passages: Mask


def admission(texts: FileTextStore, period: Period) -> Admission | None:
    """Return what a period admits; None if it admits everything, so that a search costs nothing
    more."""
    articles = period.admits(texts.times)
    if articles.all():
        return None
    sentences = articles[texts.articles_of(np.arange(texts.sentence_count))]
    return Admission(sentences, sentences[texts.first_sentences])
