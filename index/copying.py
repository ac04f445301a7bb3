"""Copy of an index to another folder or database."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.building.build import BuildOptions, BuildReport
from index.building.migration import stored_articles
from index.building.vector_keys import VectorKeys
from index.encoder.encoder import open_by_id
from index.errors import BuildError
from index.generations.generation import verify_whole
from index.generations.manifest import Manifest
from index.generations.reader import Generation
from index.models import DenseType
from index.places import Index
from index.progress import Progress
from index.stores.dense import Stored
from index.stores.titled import TITLE_WEIGHT
from index.stores.vector_cache import Keys

_log = logging.getLogger(__name__)

_AT_ONCE = 1_000  # vectors


def copy_index(
    source: Index, target: Index, encoders: Path, progress: Progress, options: BuildOptions
) -> BuildReport:
    """Publish the articles of `source` in `target`: those of its current generation or, with a
    warning, of its newest intact one. Vectors are copied, except those of a compressed index, which
    are rounded, and those of a version that weighed titles in another way: these are computed
    again. Raises BuildError if both are the same place."""
    if source.name == target.name:
        raise BuildError(f"{source.name} would be copied to itself: name another place")
    generation, degraded = source.open_intact(_verified)
    if degraded:
        _log.warning("%s", degraded)
    archive, _ = source.open_archive()
    if archive.manifest.id != generation.id:
        raise BuildError(f"{source.name} was built anew meanwhile: copy it again")
    encoder = open_by_id(encoders, generation.manifest.encoder_id)
    if _can_be_copied(generation.manifest):
        options = replace(options, copied=CopiedVectors(generation, progress))
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


class CopiedVectors:
    """The sentence vectors of another generation, found by the keys of whole sentences."""

    def __init__(self, source: Generation, progress: Progress) -> None:
        self._source = source
        keys = VectorKeys.of(source.texts, progress).whole
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._keys = keys[self._order]

    def vectors_of(self, keys: Keys) -> Iterator[tuple[Keys, Stored]]:
        places = np.searchsorted(self._keys[:, 0], keys[:, 0])
        places = np.minimum(places, len(self._keys) - 1)
        known = (self._keys[places] == keys).all(axis=1)
        rows, found = self._order[places[known]], keys[known]
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            vectors = self._source.sentence_vectors.vectors(rows[part])
            yield found[part], vectors.astype(np.float16)


def _can_be_copied(manifest: Manifest) -> bool:
    return manifest.dense.type is DenseType.EXACT and manifest.title_weight == TITLE_WEIGHT
