"""An index in a folder."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.errors import BuildError, IndexDamagedError, IndexMissingError
from index.files.publication import fsync_tree, only_writer, read_pointer, write_pointer
from index.generations.archive import FileArchive
from index.generations.current import open_intact
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    FileGeneration,
    current_folder,
    open_current,
    published,
    roll_back,
)
from index.generations.integrity import find_damage, older_schema, verify
from index.generations.manifest import Manifest, read_manifest
from index.generations.verification import Verification
from index.generations.verified import forget_verified, record_verified, states_of
from index.models import Article
from index.progress import Progress
from index.stores.reading_notes import ReadingNotes, read_notes

if TYPE_CHECKING:
    from index.building.build import BuildOptions, BuildReport
    from index.encoder.encoder import Encoder

_Opened = TypeVar("_Opened")


class FileIndex:
    """An index in a folder, with the pointer CURRENT."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    def current_id(self) -> str | None:
        return read_pointer(self._folder / POINTER)

    def published(self) -> list[str]:
        return published(self._folder)

    def open_current(self) -> FileGeneration:
        return open_current(self._folder)

    def open_intact(self, use: Callable[[FileGeneration], _Opened]) -> tuple[_Opened, str | None]:
        return open_intact(self._folder, lambda folder: use(FileGeneration.open(folder)))

    def open_archive(self) -> tuple[FileArchive, str | None]:
        return open_intact(self._folder, FileArchive)

    def manifest(self) -> tuple[Manifest, str | None]:
        return open_intact(self._folder, read_manifest)

    def verified(self, check: Callable[[Manifest], None]) -> tuple[Manifest, str | None]:
        def intact(folder: Path) -> Manifest:
            manifest = verify(folder)
            check(manifest)
            return manifest

        return open_intact(self._folder, intact)

    def point_back(self, published_id: str, generation: str) -> None:
        with only_writer(self._folder):
            if current_folder(self._folder).name == published_id:
                write_pointer(self._folder / POINTER, generation)

    def roll_back(self, *, accept: Callable[[Manifest], None] | None = None) -> Manifest:
        return roll_back(self._folder, accept=accept)

    def verification(self) -> Verification:
        folder = self._folder
        names = published(folder)
        damage = {name: _verify(folder / GENERATIONS / name) for name in names}
        older = {
            name: told for name in names if (told := older_schema(folder / GENERATIONS / name))
        }
        current = POINTER
        try:
            current = current_folder(folder).name
            damage.setdefault(current, [f"{folder / GENERATIONS / current} is missing"])
        except IndexDamagedError as error:
            damage[POINTER] = [str(error)]
        remedy = (
            f"Repair it with: dealbot index rollback --index {folder}, "
            f"or: dealbot index build --full --index {folder}"
        )
        return Verification(current, damage, older, remedy)

    def build(
        self,
        sources: Sequence[Path],
        encoder: "Encoder",
        progress: Progress,
        options: "BuildOptions",
    ) -> "BuildReport":
        # Imported on demand: a question need not wait for the readers of articles.
        from index.building.build import build_index

        return build_index(sources, self._folder, encoder, progress, options)

    def publish(
        self,
        articles: Iterable[Article],
        encoder: "Encoder",
        progress: Progress,
        options: "BuildOptions",
        *,
        sources: Sequence[Path] = (),
    ) -> "BuildReport":
        from index.building.build import publish_articles  # as above

        return publish_articles(articles, sources, self._folder, encoder, progress, options)

    def migrate(self, encoders: Path, progress: Progress, options: "BuildOptions") -> "BuildReport":
        from index.building.migration import migrate_index  # as above

        return migrate_index(
            self._folder,
            encoders,
            progress,
            dense_type=options.dense_type,
            keep_generations=options.keep_generations,
        )

    def notes(self, generation: str) -> list[ReadingNotes]:
        return list(read_notes(self._folder / GENERATIONS / generation))

    def recorded_sources(self) -> tuple[Path, ...]:
        try:
            return tuple(map(Path, read_manifest(current_folder(self._folder)).sources))
        except (IndexMissingError, IndexDamagedError):
            return ()

    def checks(self) -> dict[str, Callable[[], str]]:
        return {}

    @property
    def state(self) -> None:
        return None

    def close(self) -> None:
        """Do nothing: a folder has no connections."""


def _verify(folder: Path) -> list[str]:
    """List the problems of a generation. If it is intact, record that, so that the next process
    opens it without reading all of its files; this needs the lock of the index."""
    states = None
    with suppress(IndexDamagedError, OSError):
        manifest = read_manifest(folder)
        states = states_of(folder, manifest)
    problems = find_damage(folder)
    if problems:
        forget_verified(folder)
    elif states is not None:
        # A build may be running, or the disk may be read-only.
        with suppress(BuildError, OSError), only_writer(folder.parents[1]):
            fsync_tree(folder)  # files that were copied here may be in memory only
            record_verified(folder, manifest, states)
    return problems
