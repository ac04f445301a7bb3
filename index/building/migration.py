"""Migration of an index from an older schema, using its own stored texts."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from index.building.build import BuildOptions, BuildReport, publish_articles
from index.encoder.encoder import open_by_id
from index.errors import BuildError, IndexDamagedError, OlderIndexError
from index.files.folder_locks import KEPT_GENERATIONS
from index.generations.current import open_intact
from index.generations.generation import open_named
from index.generations.integrity import read_errors_as_damage, verify, verify_older
from index.generations.reader import TextStore
from index.models import Article, DenseType
from index.progress import Progress
from index.stores.reading_notes import ReadingNotes, read_notes
from index.stores.text_store import FileTextStore
from index.stores.titled import TITLE_WEIGHT


def migrate_index(
    index: Path,
    encoders: Path,
    progress: Progress,
    *,
    dense_type: DenseType = DenseType.AUTO,
    keep_generations: int = KEPT_GENERATIONS,
) -> BuildReport:
    """Publish a new generation of the current generation's articles, with the same encoder. Known
    vectors are reused, and the article files are not read. If the current generation is damaged,
    the newest intact one with an older schema is migrated instead. Raises BuildError if the current
    generation has this version's schema and vectors."""
    _check_needed(index)
    (folder, manifest), _ = open_intact(index, lambda folder: (folder, verify_older(folder)))
    return publish_articles(
        _articles_in(folder),
        [Path(source) for source in manifest.sources],
        index,
        open_by_id(encoders, manifest.encoder_id),
        progress,
        BuildOptions(dense_type=dense_type, keep_generations=keep_generations),
    )


def _check_needed(index: Path) -> None:
    try:
        manifest = open_named(index, verify)
    except OlderIndexError:
        return  # also if a migration was killed before its generation became current
    except IndexDamagedError:
        try:
            manifest, _ = open_intact(index, verify)  # the generation served instead decides
        except IndexDamagedError:
            return
    if manifest.title_weight != TITLE_WEIGHT:
        return
    raise BuildError(f"There is nothing to migrate: generation {manifest.id} has this version")


def _articles_in(folder: Path) -> Iterator[Article]:
    with read_errors_as_damage(folder):
        yield from stored_articles(FileTextStore(folder), read_notes(folder))


def stored_articles(texts: TextStore, notes: Iterable[ReadingNotes]) -> Iterator[Article]:
    """Yield the articles of a generation as they were read."""
    known = {each.id: each for each in notes}
    for stored in texts.articles:
        note = known.get(stored.id)
        yield Article(
            id=stored.id,
            text=texts.article_text(stored),
            title=stored.title,
            source=stored.source,
            url=stored.url,
            published=stored.published,
            blocks=tuple(texts.blocks(stored)) if stored.given_blocks else (),
            omitted=note.omitted if note else (),
            notes=note.notes if note else (),
            seen=stored.seen,
            replaced=stored.replaced,
            version=stored.version,
            version_of=stored.version_of,
            editions=stored.editions,
        )
