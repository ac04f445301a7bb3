"""The texts of a generation on a server with the notes on their reading."""

from collections.abc import Iterator

from index.generations.manifest import Manifest
from index.postgres.catalogue import Contents
from index.postgres.reading import read_notes
from index.postgres.texts import ServerTexts
from index.postgres.vector_cache import VectorRows
from index.stores.reading_notes import ReadingNotes


class ServerArchive:
    """Texts and notes on a server."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self.texts = ServerTexts(contents, VectorRows(contents))

    @property
    def manifest(self) -> Manifest:
        return self._contents.manifest

    def notes(self, article_id: str | None = None) -> Iterator[ReadingNotes]:
        return read_notes(self._contents, article_id)
