"""Questions with which a build tests how many of the nearest sentences a compressed index finds."""

import numpy as np

from index.encoder.encoder import Encoder
from index.stores.dense import Rows, Vectors
from index.stores.text_store import FileTextStore

LEAST_RECALL = 0.95
# Of a search in a part of the lists; with less, a search scans all lists. That takes 2 ms longer
# over a million sentences, where a quarter of the lists found .951, and all .981.
LEAST_OF_A_PART = 0.97


def questions_about(
    rows: Rows | range, count: int, texts: FileTextStore, encoder: Encoder
) -> Vectors:
    """Encode the first halves of evenly sampled sentences, as a user who half remembers them might
    type."""
    drawn = np.asarray(rows)[np.linspace(0, len(rows) - 1, count).astype(np.int64)]
    words = [sentence.text.split() for sentence in texts.sentences(drawn)]
    return encoder.encode_queries([" ".join(each[: (len(each) + 1) // 2]) for each in words])
