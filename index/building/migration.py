"""Bringing an index of an older schema over to the present one, from its own texts."""

from collections.abc import Iterator
from pathlib import Path

from index.building.build import BuildReport, publish_articles
from index.encoder.encoder import open_by_id
from index.errors import BuildError, IndexDamagedError, OlderIndexError
from index.files.holds import KEPT_GENERATIONS
from index.generations.current import open_intact
from index.generations.generation import open_named
from index.generations.integrity import told_as_damage, verify, verify_older
from index.models import Article, DenseType
from index.progress import Progress
from index.stores.text_store import TextStore


def migrate_index(
    index: Path,
    encoders: Path,
    progress: Progress,
    *,
    dense_type: DenseType = DenseType.AUTO,
    keep_generations: int = KEPT_GENERATIONS,
) -> BuildReport:
    """Publishes a generation of the articles that the current one has, which is of an older schema,
    with the same encoder. Vectors that are known are taken over; the articles' files are not read.
    Where the current one is damaged, the newest intact one of an older schema takes its place.
    Raises BuildError where the current generation needs no migration."""
    _check_needed(index)
    (folder, manifest), _ = open_intact(index, lambda folder: (folder, verify_older(folder)))
    return publish_articles(
        _articles(folder),
        [Path(source) for source in manifest.sources],
        index,
        open_by_id(encoders, manifest.encoder_id),
        progress,
        dense_type=dense_type,
        keep_generations=keep_generations,
    )


def _check_needed(index: Path) -> None:
    try:
        open_named(index, verify)
    except OlderIndexError:
        return  # even where a migration was killed before its generation became the current one
    except IndexDamagedError:
        pass  # what answers in its place decides
    try:
        manifest, _ = open_intact(index, verify)
    except IndexDamagedError:
        return
    raise BuildError(f"There is nothing to migrate: generation {manifest.id} is of this version")


def _articles(folder: Path) -> Iterator[Article]:
    with told_as_damage(folder):
        texts = TextStore(folder)
        for stored in texts.articles:
            yield Article(
                id=stored.id,
                text=texts.article_text(stored),
                title=stored.title,
                source=stored.source,
                url=stored.url,
                published=stored.published,
            )
