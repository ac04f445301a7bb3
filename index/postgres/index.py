"""An index on a server: opened, built, rolled back and verified."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import Connection

from index.building.build import BuildOptions, BuildReport, build_index, publish_articles
from index.building.file_index import FileIndex
from index.encoder.encoder import Encoder
from index.errors import BuildError, IndexDamagedError, IndexMissingError
from index.generations.generation import FileGeneration, open_current
from index.generations.manifest import Manifest, manifest_of
from index.generations.verification import Verification
from index.models import Article, DenseType
from index.postgres.archive import ServerArchive
from index.postgres.catalogue import Contents, current_id
from index.postgres.checks import checks_of
from index.postgres.generation import ServerGeneration
from index.postgres.publication import make_current
from index.postgres.release import prepare, publish
from index.postgres.schema import SCHEMA, check_schema, found_schema, missing
from index.postgres.server import Server, check_extension, check_server
from index.postgres.verification import find_damage
from index.progress import Progress
from index.stores.reading_notes import ReadingNotes
from index.traffic import ServerState

_Opened = TypeVar("_Opened")

_LOCK = 0x6465616C  # advisory lock of builds and rollbacks
_CURRENT: LiteralString = (
    "SELECT id, manifest FROM dealbot.generations NATURAL JOIN dealbot.current"
)
_POINT_BACK: LiteralString = (
    "UPDATE dealbot.current SET number = (SELECT number FROM dealbot.generations WHERE id = %s) "
    "WHERE number = (SELECT number FROM dealbot.generations WHERE id = %s)"
)
_ALL: LiteralString = "SELECT id FROM dealbot.generations ORDER BY number"
_BEFORE: LiteralString = (
    "SELECT number, id, manifest FROM dealbot.generations WHERE number < coalesce("
    "(SELECT number FROM dealbot.current), 2147483647) ORDER BY number DESC LIMIT 1"
)


class ServerIndex:
    """An index in a PostgreSQL database. A build first makes the generation in a folder of the
    builder, where unchanged articles and known vectors are reused, and then writes what changed."""

    def __init__(self, url: str, builds: Path) -> None:
        """Use the database at `url`; `builds` is the folder for the builder's files."""
        self._server = Server(url)
        name = hashlib.sha256(self._server.name.encode()).hexdigest()[:16]
        self.builder = builds / name

    @property
    def name(self) -> str:
        """URL of the index without its password."""
        return self._server.name

    def current_id(self) -> str | None:
        """Return the id of the current generation; None if there is none."""
        return current_id(self._server)

    def published(self) -> list[str]:
        """List the ids of all generations, oldest first."""
        with self._server.inspecting() as connection:
            check_schema(connection, self.name)
            return [str(each) for [each] in connection.execute(_ALL)]

    def open_current(self) -> ServerGeneration:
        """Open the current generation. Raises an ExpectedError if there is none."""
        return ServerGeneration.open(self._server, self._current())

    def _current(self) -> str:
        """Check the server, and return the id of the current generation."""
        with self._server.inspecting() as connection:
            check_server(connection, self.name)
            check_schema(connection, self.name)
            check_extension(connection, self.name)
        current = self.current_id()
        if current is None:
            raise missing(self.name)
        return current

    def open_intact(self, use: Callable[[ServerGeneration], _Opened]) -> tuple[_Opened, str | None]:
        """Open the current generation and use it. There is no other one to fall back to: what
        damages a server damages all generations."""
        return use(self.open_current()), None

    def open_archive(self) -> tuple[ServerArchive, str | None]:
        """Open only the texts of the current generation."""
        return ServerArchive(Contents.open(self._server, self._current())), None

    def manifest(self) -> tuple[Manifest, str | None]:
        """Return the manifest of the current generation, and None: see `open_intact`."""
        with self._server.inspecting() as connection:
            check_schema(connection, self.name)
            found = connection.execute(_CURRENT, binary=True).fetchone()
        if found is None:
            raise missing(self.name)
        return manifest_of(found[1], f"the manifest of {found[0]} in {self.name}"), None

    def verified(self, check: Callable[[Manifest], None]) -> tuple[Manifest, str | None]:
        """Verify the current generation, and pass its manifest to `check`. Raises
        IndexDamagedError for the first problem."""
        manifest, _ = self.manifest()
        for problem in find_damage(self._server, manifest.id):
            raise IndexDamagedError(problem)
        check(manifest)
        return manifest, None

    def recorded_sources(self) -> tuple[Path, ...]:
        """Return the paths that the current generation was built from; none if there is none."""
        try:
            return tuple(map(Path, self.manifest()[0].sources))
        except (IndexMissingError, IndexDamagedError):
            return ()

    def notes(self, generation: str) -> list[ReadingNotes]:
        """Return what was left out of the articles of the generation that was just built here."""
        return FileIndex(self.builder).notes(generation)

    def checks(self) -> Mapping[str, Callable[[], str]]:
        return checks_of(self._server)

    @property
    def state(self) -> ServerState:
        return ServerState(self._server.traffic, self._server.connections)

    def close(self) -> None:
        self._server.close()

    def build(
        self,
        sources: Sequence[Path],
        encoder: Encoder,
        progress: Progress,
        options: BuildOptions,
    ) -> BuildReport:
        """Read the articles of files and folders, and publish them. Raises SourceError for a bad
        article, and BuildError if another build is running."""

        def make(work: Path, local: BuildOptions) -> BuildReport:
            return build_index(sources, work, encoder, progress, local)

        return self._build(make, progress, options)

    def publish(
        self,
        articles: Iterable[Article],
        encoder: Encoder,
        progress: Progress,
        options: BuildOptions,
        *,
        sources: Sequence[Path] = (),
    ) -> BuildReport:
        """Publish articles that were read from `sources`."""

        def make(work: Path, local: BuildOptions) -> BuildReport:
            return publish_articles(articles, sources, work, encoder, progress, local)

        return self._build(make, progress, options)

    def _build(
        self,
        make: Callable[[Path, BuildOptions], BuildReport],
        progress: Progress,
        options: BuildOptions,
    ) -> BuildReport:
        with self.lock() as connection:
            prepare(connection, self.name)
            local = replace(options, dense_type=DenseType.EXACT, keep_generations=1)
            report = make(self.builder, local)
            fresh = open_current(self.builder)
            manifest = publish(connection, fresh, progress, options)
        return replace(report, manifest=manifest)

    def publish_generation(
        self, fresh: FileGeneration, progress: Progress, options: BuildOptions
    ) -> Manifest:
        """Publish a generation that is in files."""
        with self.lock() as connection:
            prepare(connection, self.name)
            return publish(connection, fresh, progress, options)

    def migrate(self, encoders: Path, progress: Progress, options: BuildOptions) -> BuildReport:
        """Take the steps of this version that the tables lack. Raises BuildError if they have all
        of them."""
        with self.lock() as connection:
            found = found_schema(connection)
            if found == 0:
                raise missing(self.name)
            if found == SCHEMA:
                raise BuildError(f"There is nothing to migrate: {self.name} has this version")
            prepare(connection, self.name)
        manifest, _ = self.manifest()
        return BuildReport(manifest, manifest.sentences)

    @contextmanager
    def lock(self) -> Iterator[Connection[Any]]:
        """Hold the lock of builds on the server; it is released if this process dies."""
        with self._server.writing() as connection:
            [[locked]] = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchall()
            if not locked:
                raise BuildError(f"Another build of {self.name} is running: wait until it ends")
            yield connection
            # The end of the session frees the lock as well, but some moments after it is closed.
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])

    def roll_back(self, *, accept: Callable[[Manifest], None] | None = None) -> Manifest:
        """Make the generation before the current one current. `accept` receives its manifest first;
        an exception from it leaves everything unchanged."""
        with self.lock() as connection:
            check_schema(connection, self.name)
            with connection.transaction():
                found = connection.execute(_BEFORE, binary=True).fetchone()
                if found is None:
                    raise IndexMissingError(
                        f"There is no generation before the current one of {self.name} to go back "
                        "to"
                    )
                number, name, data = found
                manifest = manifest_of(data, f"the manifest of {name} in {self.name}")
                if accept:
                    accept(manifest)
                make_current(connection, number)
            return manifest

    def point_back(self, published_id: str, generation: str) -> None:
        """Make `generation` current again, unless another one than `published_id` is current."""
        with self.lock() as connection:
            connection.execute(_POINT_BACK, [generation, published_id])

    def verification(self) -> Verification:
        """Verify all generations: every row against its checksum."""
        damage = {each: find_damage(self._server, each) for each in self.published()}
        remedy = f"Build it anew with: dealbot index build --full --index {self.name}"
        return Verification(self.current_id() or "none", damage, {}, remedy)
