"""Vectors of a generation with few new sentences; those of the others are copied.

Neither the texts of unchanged sentences nor their vectors in the cache are read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from index.building.cached_vectors import VectorSource
from index.building.recall import LEAST_RECALL, questions_about
from index.building.unchanged import Unchanged
from index.building.vector_keys import VectorKeys
from index.encoder.encoder import Encoder
from index.errors import IndexDamagedError, IndexMissingError
from index.files.arrays import save_array
from index.files.publication import file_digest
from index.generations.generation import current_folder
from index.generations.manifest import (
    PASSAGE_VECTORS,
    SENTENCE_VECTORS,
    DenseRecord,
    read_manifest,
)
from index.models import DenseType
from index.progress import Progress
from index.stores.copied_codes import copied_codes, recall_of_codes
from index.stores.dense import DenseIndex, Rows, Vectors, has_lists, mean_vectors, suits
from index.stores.text_store import FileTextStore
from index.stores.titled import TITLE_WEIGHT

if TYPE_CHECKING:
    import faiss  # as in `index.stores.dense`

_LEAST_CACHED = 0.5  # vectors in the cache, as a share of the sentences; some are repeated
_FEW = 0.05  # the most new sentences, as a share of all
_LEAST_COSINE = 0.98  # of a new vector and its 8 bits per number, which span the earlier vectors
_ASKED = 5  # questions about new sentences; the others were tested as they were new


@dataclass(frozen=True, slots=True)
class EarlierVectors:
    """Vector files of the current generation, which are compressed, intact, and made with the same
    encoder and weight of titles. `unchanged` finds the articles whose vectors may be copied; None
    if that is unknown. `record` is that of their test."""

    codes: Path
    passages: Path
    record: DenseRecord
    unchanged: Unchanged | None

    @classmethod
    def of(cls, index: Path, encoder_id: str, unchanged: Unchanged | None) -> Self | None:
        """Return the files of the current generation; None if they cannot be used."""
        try:
            folder = current_folder(index)
            manifest = read_manifest(folder)
            made = manifest.dense.type, manifest.encoder_id, manifest.title_weight
            if made != (DenseType.COMPRESSED, encoder_id, TITLE_WEIGHT):
                return None
            for name in (SENTENCE_VECTORS, PASSAGE_VECTORS):
                if file_digest(folder / name) != manifest.files.get(name):
                    return None
        except (IndexMissingError, IndexDamagedError, OSError):
            return None
        paths = folder / SENTENCE_VECTORS, folder / PASSAGE_VECTORS
        return cls(*paths, manifest.dense, unchanged)


def copy_vectors(
    staging: Path,
    texts: FileTextStore,
    earlier: EarlierVectors,
    source: VectorSource,
    progress: Progress,
) -> DenseRecord | None:
    """Write the vectors of a compressed index. Write nothing and return None if many sentences are
    new, if the codes are not good enough for the new ones, if the index has lists, or if the cache
    has few vectors: it was removed, and must be filled again."""
    few_known = len(source.cache) < _LEAST_CACHED * texts.sentence_count
    if earlier.unchanged is None or few_known:
        return None
    rows = earlier.unchanged.sentence_rows(texts)
    new = np.flatnonzero(rows < 0)
    if len(new) > _FEW * len(rows) or has_lists(len(rows)) or not suits(earlier.codes, len(rows)):
        return None
    keys = VectorKeys.of_rows(texts, new)
    cached = source.fill(texts, keys, progress)
    vectors = source.read(keys, cached, slice(None)).astype(np.float32)
    progress.start("Indexing vectors", None)
    index = copied_codes(earlier.codes, rows, vectors)
    progress.advance(0)
    if index is None or not _suit(index, new, vectors, texts, source.encoder):
        return None
    DenseIndex(index).save(staging / SENTENCE_VECTORS)
    _copy_passages(staging / PASSAGE_VECTORS, texts, earlier, rows, vectors)
    return earlier.record


def _suit(
    index: "faiss.IndexRefine", new: Rows, vectors: Vectors, texts: FileTextStore, encoder: Encoder
) -> bool:
    """Return whether the codes are good enough for the new sentences, which have these vectors."""
    if not len(new):
        return True
    stored = DenseIndex(index).vectors(new)
    if np.einsum("ij,ij->i", stored, vectors).min() < _LEAST_COSINE:
        return False
    asked = questions_about(new, min(_ASKED, len(new)), texts, encoder)
    return recall_of_codes(index, asked) >= LEAST_RECALL


def _copy_passages(
    path: Path, texts: FileTextStore, earlier: EarlierVectors, rows: Rows, vectors: Vectors
) -> None:
    """Write the vectors of passages; `vectors` are those of the new sentences."""
    assert earlier.unchanged is not None
    old = rows[texts.first_sentences]
    stored = np.load(earlier.passages, mmap_mode="r", allow_pickle=False)
    passages = np.empty((len(old), stored.shape[1]), np.float16)
    passages[old >= 0] = stored[earlier.unchanged.passages_of(old[old >= 0])]
    if (old < 0).any():
        starts = np.searchsorted(np.flatnonzero(rows < 0), texts.first_sentences[old < 0])
        passages[old < 0] = mean_vectors(vectors, starts)
    save_array(path, passages)
