"""Copy of an index to another folder or database."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.building.build import BuildOptions, BuildReport
from index.building.cached_vectors import keys_of_sentences
from index.building.embedding import LocalEmbedder, PendingTexts
from index.building.migration import stored_articles
from index.encoder.encoder import Encoder, open_by_id
from index.errors import BuildError
from index.generations.generation import verify_whole
from index.generations.reader import Generation
from index.models import DenseType
from index.places import Index
from index.progress import Progress
from index.stores.dense import Stored
from index.stores.vector_cache import Keys

_log = logging.getLogger(__name__)

_AT_ONCE = 1_000  # vectors


def copy_index(
    source: Index, target: Index, encoders: Path, progress: Progress, options: BuildOptions
) -> BuildReport:
    """Publish the articles of `source` in `target`: those of its current generation or, with a
    warning, of its newest intact one. Vectors are copied, except those of a compressed index, which
    are rounded and therefore computed again. Raises BuildError if both are the same place."""
    if source.name == target.name:
        raise BuildError(f"{source.name} would be copied to itself: name another place")
    generation, degraded = source.open_intact(_verified)
    if degraded:
        _log.warning("%s", degraded)
    archive, _ = source.open_archive()
    if archive.manifest.id != generation.id:
        raise BuildError(f"{source.name} was built anew meanwhile: copy it again")
    encoder = open_by_id(encoders, generation.manifest.encoder_id)
    if generation.manifest.dense.type is DenseType.EXACT:
        options = replace(options, embedder=CopyingEmbedder(generation, encoder, progress))
    return target.publish(
        stored_articles(archive.texts, archive.notes()),
        encoder,
        progress,
        options,
        sources=[Path(each) for each in generation.manifest.sources],
    )


def _verified(generation: Generation) -> Generation:
    verify_whole(generation)
    return generation


class CopyingEmbedder:
    """Embedder that takes the vectors of another generation. It encodes the sentences that the
    other one does not have."""

    def __init__(self, source: Generation, encoder: Encoder, progress: Progress) -> None:
        self._source, self._local = source, LocalEmbedder(encoder)
        keys = keys_of_sentences(source.texts, progress)
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._keys = keys[self._order]

    def embed(
        self, texts: PendingTexts, progress: Callable[[int], None]
    ) -> Iterator[tuple[Keys, Stored]]:
        places = np.searchsorted(self._keys[:, 0], texts.keys[:, 0])
        places = np.minimum(places, len(self._keys) - 1)
        known = (self._keys[places] == texts.keys).all(axis=1)
        rows, keys = self._order[places[known]], texts.keys[known]
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            yield keys[part], self._source.sentence_vectors.vectors(rows[part]).astype(np.float16)
            progress(len(keys[part]))
        new = PendingTexts(texts.store, texts.rows[~known], texts.keys[~known])
        yield from self._local.embed(new, progress)
