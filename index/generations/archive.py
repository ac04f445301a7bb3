"""The texts of a generation in a folder, and the notes on their reading, without the rest."""

from collections.abc import Iterator
from pathlib import Path

from index.files.folder_locks import FolderLock
from index.generations.integrity import read_errors_as_damage, verify
from index.stores.reading_notes import ReadingNotes, read_notes
from index.stores.text_store import FileTextStore


class FileArchive:
    """Texts and notes in a folder. No build removes it while this is in use."""

    def __init__(self, folder: Path) -> None:
        """Open and verify the generation in this folder. Raises IndexDamagedError."""
        self._lock, self._folder = FolderLock(folder), folder
        self.manifest = verify(folder)
        self.texts = FileTextStore(folder)

    def notes(self, article_id: str | None = None) -> Iterator[ReadingNotes]:
        with read_errors_as_damage(self._folder):
            for each in read_notes(self._folder):
                if article_id in (None, each.id):
                    yield each
