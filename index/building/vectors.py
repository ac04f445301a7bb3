"""The vectors of a generation that is being built: encoded or reused, then indexed."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.building.cached_vectors import VectorSource
from index.building.copied_vectors import EarlierVectors, copy_vectors
from index.building.recall import LEAST_OF_A_PART, LEAST_RECALL, questions_about
from index.building.vector_keys import CachedRows, VectorKeys
from index.encoder.encoder import Encoder
from index.errors import BuildError
from index.files.arrays import new_array
from index.generations.manifest import PASSAGE_VECTORS, SENTENCE_VECTORS, DenseRecord
from index.models import DenseType
from index.progress import Progress
from index.stores.dense import (
    DenseIndex,
    Stored,
    can_be_compressed,
    mean_vectors,
    recall,
    suits,
    type_for,
)
from index.stores.text_store import FileTextStore
from index.stores.vector_cache import Keys, VectorCache

_READ_AT_ONCE = 10_000  # sentences
_ASKED = 200  # questions for the test of a compressed index
_ASKED_AGAIN = 50  # for codes that passed the test before; few sentences are new


@dataclass(frozen=True, slots=True)
class WrittenVectors:
    """Result of writing vectors. `reused` counts the sentences that were not encoded. `needed` are
    the cache keys of all vectors if the cache has many others, or else None."""

    record: DenseRecord
    reused: int
    needed: Keys | None


def write_vectors(
    staging: Path,
    texts: FileTextStore,
    source: VectorSource,
    progress: Progress,
    wanted: DenseType,
    earlier: EarlierVectors | None = None,
) -> WrittenVectors:
    """Write the vectors, indexed as the type `wanted`. The vectors and the codebook of `earlier`
    are reused if they are good enough. A compressed index that misses too many of the nearest
    sentences is replaced by an exact one if `wanted` is AUTO. Raises BuildError if `wanted` is
    COMPRESSED then, or if the cache is unusable."""
    record, shape = None, (texts.sentence_count, source.encoder.dimension)
    kind = type_for(*shape) if wanted is DenseType.AUTO else wanted
    if earlier and kind is DenseType.COMPRESSED and can_be_compressed(*shape):
        record = copy_vectors(staging, texts, earlier, source, progress)
    if record is None:
        trained = earlier.codes if earlier else None
        record = _write_all(staging, texts, source, progress, wanted, trained)
    # A cache has the vectors of sentences and of titles.
    many = len(source.cache) > 2 * (texts.sentence_count + len(texts.articles))
    needed = _needed(texts, source.cache, progress) if many else None
    return WrittenVectors(record, texts.sentence_count - source.encoded, needed)


def _needed(texts: FileTextStore, cache: VectorCache, progress: Progress) -> Keys:
    keys = VectorKeys.of(texts, progress)
    return CachedRows.find(cache, keys).keys(keys)


def _write_all(
    staging: Path,
    texts: FileTextStore,
    source: VectorSource,
    progress: Progress,
    wanted: DenseType,
    trained: Path | None,
) -> DenseRecord:
    """Write the vectors of all sentences from the cache."""
    keys = VectorKeys.of(texts, progress)
    cached = source.fill(texts, keys, progress)
    with TemporaryDirectory(dir=staging, prefix=".vectors-") as scratch:
        shape = (len(keys.rows), source.encoder.dimension)
        vectors: Stored = new_array(Path(scratch, "vectors.npy"), shape, np.float16)
        for start in range(0, len(keys.rows), _READ_AT_ONCE):
            part = slice(start, start + _READ_AT_ONCE)
            vectors[part] = source.read(keys, cached, part)
        progress.advance(0)
        _write_passages(staging / PASSAGE_VECTORS, texts, vectors)
        progress.start("Indexing vectors", None)
        index, record = _indexed(texts, vectors, source.encoder, wanted, trained)
        index.save(staging / SENTENCE_VECTORS)
    return record


def _write_passages(path: Path, texts: FileTextStore, vectors: Stored) -> None:
    starts = texts.first_sentences
    passages = new_array(path, (len(starts), vectors.shape[1]), np.float16)
    for first in range(0, len(starts), _READ_AT_ONCE):
        part = starts[first : first + _READ_AT_ONCE]
        after = first + len(part)
        end = int(starts[after]) if after < len(starts) else len(vectors)
        sentences = vectors[int(part[0]) : end].astype(np.float32)
        passages[first:after] = mean_vectors(sentences, part - part[0])
    passages.flush()


def _indexed(
    texts: FileTextStore,
    vectors: Stored,
    encoder: Encoder,
    wanted: DenseType,
    trained: Path | None,
) -> tuple[DenseIndex, DenseRecord]:
    kind = type_for(*vectors.shape) if wanted is DenseType.AUTO else wanted
    if kind is DenseType.EXACT:
        return DenseIndex.of(vectors), DenseRecord(type=kind)
    if not can_be_compressed(*vectors.shape):
        raise BuildError(
            f"{len(vectors)} sentences with vectors of {vectors.shape[1]} numbers cannot be "
            "compressed: build the index with dense_type = exact"
        )
    if trained and not suits(trained, len(vectors)):
        trained = None
    found, sentences = 0.0, range(texts.sentence_count)
    # After a small change, training takes longer than the rest of the rebuild.
    for codes in dict.fromkeys((trained, None)):
        index = DenseIndex.of(vectors, kind, codes)
        asked = questions_about(sentences, _ASKED_AGAIN if codes else _ASKED, texts, encoder)
        found = recall(index, vectors, asked)
        if found < LEAST_OF_A_PART and index.scan_all_lists():
            found = recall(index, vectors, asked)
        if found >= LEAST_RECALL:
            record = DenseRecord(type=kind, recall_at_10=round(found, 4), questions=len(asked))
            return index, record
    if wanted is kind:
        raise BuildError(
            f"A compressed index finds only {found:.0%} of the nearest sentences here "
            f"({LEAST_RECALL:.0%} are needed): build it with dense_type = exact"
        )
    return DenseIndex.of(vectors), DenseRecord(type=DenseType.EXACT)
