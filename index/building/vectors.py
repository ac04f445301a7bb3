"""The vectors of a generation that is being built: encoded or reused, then indexed."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.building.embedding import Embedder, LocalEmbedder, PendingTexts, VectorSource
from index.building.vector_keys import CachedRows, VectorKeys
from index.encoder.encoder import Encoder
from index.errors import BuildError
from index.files.arrays import new_array
from index.generations.manifest import PASSAGE_VECTORS, SENTENCE_VECTORS, DenseRecord
from index.models import DenseType
from index.progress import Progress
from index.stores.dense import (
    DenseIndex,
    Rows,
    Stored,
    Vectors,
    can_be_compressed,
    mean_vectors,
    recall,
    suits,
    type_for,
)
from index.stores.text_store import FileTextStore
from index.stores.titled import encode_titled, titled_vectors
from index.stores.vector_cache import Keys, VectorCache

_READ_AT_ONCE = 10_000  # sentences
_ASKED = 200  # questions for the test of a compressed index
_ASKED_AGAIN = 50  # for codes that passed the test before; few sentences are new
_LEAST_RECALL = 0.95
_SAME = 0.9  # cosine with the cached vector; near 0 for another encoder's


@dataclass(frozen=True, slots=True)
class WrittenVectors:
    """Result of writing vectors. `reused` counts the sentences whose vectors were cached; `keys`
    are the cache keys of all vectors that were needed."""

    record: DenseRecord
    reused: int
    keys: Keys


def write_vectors(
    staging: Path,
    texts: FileTextStore,
    encoder: Encoder,
    cache: VectorCache,
    progress: Progress,
    wanted: DenseType,
    trained: Path | None = None,
    embedder: Embedder | None = None,
    copied: VectorSource | None = None,
) -> WrittenVectors:
    """Write the vectors, indexed as the type `wanted`. Without an `embedder`, this machine encodes
    what neither the cache nor `copied` has. The codes of `trained`, the file of a
    compressed index, are reused if they are good enough. A compressed index that misses too many of
    the nearest sentences is replaced by an exact one if `wanted` is AUTO. Raises BuildError if
    `wanted` is COMPRESSED then, or if the cache is unusable."""
    keys = VectorKeys.of(texts, progress)
    cached = CachedRows.find(cache, keys)
    _check_known(texts, cached, encoder, cache)
    if copied is not None:
        for found, known in copied.vectors_of(keys.whole[cached.whole < 0]):
            cache.append(found, known)
        cache.refresh()
        cached = CachedRows.find(cache, keys)
    missing = cached.missing_sentences
    pending = PendingTexts.of(texts, missing, cached.missing_titles, keys)
    _encode(pending, embedder or LocalEmbedder(encoder), cache, progress)
    cached.find_missing(cache, keys)
    if len(cached.missing_sentences) or len(cached.missing_titles):
        raise BuildError("Vectors that were just written cannot be read back: check the disk")
    with TemporaryDirectory(dir=staging, prefix=".vectors-") as scratch:
        shape = (len(keys.whole), encoder.dimension)
        vectors: Stored = new_array(Path(scratch, "vectors.npy"), shape, np.float16)
        _combine(vectors, cache, cached, keys.articles)
        progress.advance(0)
        _write_passages(staging / PASSAGE_VECTORS, texts, vectors)
        progress.start("Indexing vectors", None)
        index, record = _indexed(texts, vectors, encoder, wanted, trained)
        index.save(staging / SENTENCE_VECTORS)
    return WrittenVectors(record, len(keys.whole) - len(missing), cached.keys(keys))


def _encode(
    pending: PendingTexts, embedder: Embedder, cache: VectorCache, progress: Progress
) -> None:
    """Encode texts and add their vectors to the cache."""
    progress.start("Encoding sentences", len(pending))
    for done, vectors in embedder.embed(pending, progress.advance):
        cache.append(done, vectors)
    cache.refresh()


def _combine(vectors: Stored, cache: VectorCache, cached: CachedRows, articles: Rows) -> None:
    """Fill in the vectors of all sentences, which the cache has whole or apart."""
    for start in range(0, len(vectors), _READ_AT_ONCE):
        part = slice(start, start + _READ_AT_ONCE)
        whole = cached.whole[part]
        found = cache.vectors(np.where(whole < 0, cached.sentences[part], whole))
        titles = np.where(whole < 0, cached.titles[articles[part]], -1)
        if len(rows := np.flatnonzero(titles >= 0)):
            under = cache.vectors(titles[rows]).astype(np.float32)
            found[rows] = titled_vectors(found[rows].astype(np.float32), under)
        vectors[part] = found


def _check_known(
    texts: FileTextStore, cached: CachedRows, encoder: Encoder, cache: VectorCache
) -> None:
    """Encode one cached sentence again and compare, because the files do not say which encoder made
    them. Raises BuildError if the vectors differ."""
    alone = bool((cached.sentences >= 0).any())
    known = cached.sentences if alone else cached.whole
    rows = np.flatnonzero(known >= 0)[:1]
    if not len(rows):
        return
    [sentence], [kept] = texts.sentences(rows), cache.vectors(known[rows])
    title = "" if alone else sentence.article.title
    [anew] = encode_titled(encoder, title, [sentence.text])
    if anew @ kept < _SAME:
        raise BuildError(
            f"{cache.folder} holds vectors of another encoder than {encoder.id}: remove it, and "
            "build again"
        )


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
    found = 0.0
    # After a small change, training takes longer than the rest of the rebuild.
    for codes in dict.fromkeys((trained, None)):
        index = DenseIndex.of(vectors, kind, codes)
        asked = _questions(texts, encoder, _ASKED_AGAIN if codes else _ASKED)
        found = recall(index, vectors, asked)
        if found < _LEAST_RECALL and index.scan_all_lists():
            found = recall(index, vectors, asked)
        if found >= _LEAST_RECALL:
            record = DenseRecord(type=kind, recall_at_10=round(found, 4), questions=len(asked))
            return index, record
    if wanted is kind:
        raise BuildError(
            f"A compressed index finds only {found:.0%} of the nearest sentences here "
            f"({_LEAST_RECALL:.0%} are needed): build it with dense_type = exact"
        )
    return DenseIndex.of(vectors), DenseRecord(type=DenseType.EXACT)


def _questions(texts: FileTextStore, encoder: Encoder, count: int) -> Vectors:
    """Encode the first halves of evenly sampled sentences, as a user who half remembers them might
    type."""
    drawn = np.linspace(0, texts.sentence_count - 1, count).astype(np.int64)
    words = [sentence.text.split() for sentence in texts.sentences(drawn)]
    return encoder.encode_queries([" ".join(each[: (len(each) + 1) // 2]) for each in words])
