"""Vectors of sentences under the title of their article.

The title names the topic where the sentence itself says only "the deal". It is encoded once for an
article, and the sentence alone. Encoding the title with every sentence read 1.1 to 1.6 times as
many tokens and found fewer right sentences (docs/evaluation.md).
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.stores.dense import Vectors

# Weight of the title's vector, relative to the sentence's. Of .15 to .7 it had the best recall in
# the first 10 and in the first 40 sentences, on average over seven question sets.
TITLE_WEIGHT = 0.35


class PassageEncoder(Protocol):
    """Part of an encoder that encodes texts to be searched."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...


def titled_vectors(sentences: Vectors, titles: Vectors) -> Vectors:
    """Compute the vectors of sentences under titles from the vectors of both, by row, shape (n,
    dimension). One title may serve all sentences."""
    sums = sentences + TITLE_WEIGHT * titles
    units: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return units


def encode_titled(encoder: PassageEncoder, title: str, sentences: Sequence[str]) -> Vectors:
    """Encode the sentences of an article and its title, and return the vectors of the sentences
    under the title. Without a title these are the vectors of the sentences alone."""
    if not title:
        return encoder.encode_passages(sentences)
    vectors = encoder.encode_passages([*sentences, title])
    return titled_vectors(vectors[:-1], vectors[-1:])
