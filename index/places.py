"""The place of an index: a folder, or a database on a server. This is the only choice between
them; what follows knows one protocol."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from index.building.file_index import FileIndex
from index.errors import IndexUnreachableError
from index.models import BUILDS, DATABASE_URLS, AnyPath

if TYPE_CHECKING:
    from index.building.build import BuildOptions, BuildReport
    from index.encoder.encoder import Encoder
    from index.generations.manifest import Manifest
    from index.generations.reader import Archive, Generation
    from index.generations.verification import Verification
    from index.models import Article
    from index.progress import Progress
    from index.stores.reading_notes import ReadingNotes
    from index.traffic import ServerState

_Opened = TypeVar("_Opened")


class Index(Protocol):
    """An index with its generations; one of them answers."""

    @property
    def name(self) -> str:
        """The place of the index, as it may be shown."""

    def current_id(self) -> str | None:
        """Return the id of the current generation; None if there is none."""

    def published(self) -> list[str]:
        """List the ids of all generations, oldest first."""

    def open_current(self) -> "Generation": ...
    def open_intact(self, use: "Callable[[Generation], _Opened]") -> tuple[_Opened, str | None]:
        """Open the current generation and use it, or the newest intact one. The second value says
        why another one than the current one is used."""

    def open_archive(self) -> "tuple[Archive, str | None]":
        """Open only the texts of the generation that `open_intact` would open."""

    def manifest(self) -> "tuple[Manifest, str | None]":
        """Return the manifest of the generation that `open_intact` would open."""

    def verified(self, check: "Callable[[Manifest], None]") -> "tuple[Manifest, str | None]":
        """Verify the current generation, or the newest intact one, and pass its manifest to
        `check`. Return it, with the reason why another one than the current one is used."""

    def roll_back(self, *, accept: "Callable[[Manifest], None] | None" = None) -> "Manifest":
        """Make the generation before the current one current. `accept` receives its manifest first;
        an exception from it leaves everything unchanged."""

    def point_back(self, published_id: str, generation: str) -> None:
        """Make `generation` current again, unless another one than `published_id` is current."""

    def verification(self) -> "Verification":
        """Verify all generations."""

    def build(
        self,
        sources: Sequence[Path],
        encoder: "Encoder",
        progress: "Progress",
        options: "BuildOptions",
    ) -> "BuildReport":
        """Read the articles of files and folders, and publish them."""

    def publish(
        self,
        articles: "Iterable[Article]",
        encoder: "Encoder",
        progress: "Progress",
        options: "BuildOptions",
        *,
        sources: Sequence[Path] = (),
    ) -> "BuildReport":
        """Publish articles that were read from `sources`."""

    def migrate(
        self, encoders: Path, progress: "Progress", options: "BuildOptions"
    ) -> "BuildReport":
        """Convert an index of an older version. Raises BuildError if there is nothing to do."""

    def notes(self, generation: str) -> "list[ReadingNotes]":
        """Return what was left out of the articles of a generation that was just built here."""

    def recorded_sources(self) -> tuple[Path, ...]:
        """Return the paths that the current generation was built from; none if there is none."""

    def checks(self) -> Mapping[str, Callable[[], str]]:
        """Return checks of the server by their subjects; none for a folder. Each returns a line, or
        raises IndexWarningError or another ExpectedError."""

    @property
    def state(self) -> "ServerState | None":
        """Counters of the server; None for a folder."""

    def close(self) -> None:
        """Close the connections to a server."""


def index_named(place: AnyPath, builds: Path = BUILDS) -> Index:
    """Return the index at a path or URL. `builds` keeps the files of builds for a server."""
    if isinstance(place, str) and place.startswith(DATABASE_URLS):
        return index_at(builds, place)
    return index_at(Path(place))


def index_at(folder: Path, url: str | None = None) -> Index:
    """Return the index in a folder, or on the server at `url`; the builds of the latter keep their
    files in the folder. Raises IndexUnreachableError if the URL cannot be used."""
    if url is None:
        return FileIndex(folder)
    try:
        # Imported on demand: an index in a folder needs no client of a server.
        from index.postgres.index import ServerIndex
    except ImportError as error:
        raise IndexUnreachableError(
            f"The client of PostgreSQL cannot be loaded ({error}). Install it with: "
            "pip install -c constraints.txt '.[postgres]'"
        ) from error
    return ServerIndex(url, folder)
