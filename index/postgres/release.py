"""The steps of a build on a server: prepare the database, publish a generation, remove old ones."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection

from index.building.build import BuildOptions
from index.generations.generation import FileGeneration
from index.generations.manifest import DenseRecord, Manifest
from index.models import DenseType
from index.postgres.pruning import prune
from index.postgres.publication import Publisher, epoch_key
from index.postgres.reading import remove_notes, write_notes
from index.postgres.schema import migrate
from index.postgres.server import check_extension
from index.progress import Progress
from index.stores.reading_notes import read_notes


def prepare(connection: Connection[Any], name: str) -> None:
    """Make the extension and the tables if they are missing. Raises an ExpectedError if the
    database `name` cannot hold an index."""
    with connection.transaction():
        try:
            with connection.transaction():
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.errors.ReadOnlySqlTransaction:
            raise
        except psycopg.Error:
            check_extension(connection, name)  # may exist without the right to create it
            raise
        check_extension(connection, name)
        migrate(connection, name)


def publish(
    connection: Connection[Any],
    fresh: FileGeneration,
    progress: Progress,
    options: BuildOptions,
) -> Manifest:
    """Write a generation that is in files, in one transaction, and make it current."""
    manifest, key = _on_server(fresh.manifest), epoch_key(fresh.manifest)
    with connection.transaction():
        Publisher(connection, fresh, key, progress, full=options.full).publish(manifest)
        write_notes(connection, manifest.id, read_notes(fresh.folder))
    with suppress(psycopg.Error):  # already published: at worst the next build has more to do
        prune(connection, options.keep_generations)
        remove_notes(connection)
    return manifest


def _on_server(manifest: Manifest) -> Manifest:
    """Return the manifest of a generation on the server, which has no files."""
    dense = DenseRecord(type=DenseType.EXACT)
    return manifest.model_copy(update={"files": {}, "dense": dense}).sealed()
