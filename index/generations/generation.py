"""Generations of an index on disk: folders that never change once published, and a pointer.

<index>/CURRENT                     the id of the generation being served
<index>/generations/<id>/manifest.json and the files that it lists with their checksums
"""

import os
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Self, TypeVar

from index.errors import IndexDamagedError, IndexMissingError
from index.files.folder_locks import FolderLock
from index.files.plain_files import stamps
from index.files.publication import (
    disk_errors_as_build_errors,
    only_writer,
    read_pointer,
    write_pointer,
)
from index.generations.admission import admission
from index.generations.integrity import check, read_errors_as_damage, verify
from index.generations.manifest import (
    PASSAGE_TERMS,
    PASSAGE_VECTORS,
    SENTENCE_TERMS,
    SENTENCE_VECTORS,
    Manifest,
)
from index.generations.reader import Generation
from index.stores.dense import DenseIndex, StoredVectors
from index.stores.lexical import VOCABULARY, LexicalIndex
from index.stores.text_store import ARTICLES, PASSAGES, SENTENCES, FileTextStore
from index.stores.token_store import TOKENS, FileTokenStore
from index.stores.vocabulary import load_vocabulary
from index.text.initials import Initials

_Opened = TypeVar("_Opened")

POINTER, GENERATIONS = "CURRENT", "generations"
_KEPT_PERIODS = 8  # masks of periods in the cache


class FileGeneration:
    """An open generation. Safe to read from several threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self.texts = FileTextStore(folder)
        self.texts.check_tables()
        self.tokens = FileTokenStore(folder)
        self.sentence_vectors = DenseIndex.load(folder / SENTENCE_VECTORS)
        self.passage_vectors = StoredVectors(folder / PASSAGE_VECTORS)
        self.sentence_terms = LexicalIndex.load(folder / SENTENCE_TERMS)
        self.passage_terms = LexicalIndex.load(
            folder / PASSAGE_TERMS, self.sentence_terms if _same_terms(manifest) else None
        )
        self.vocabulary = load_vocabulary(folder)
        self.initials = Initials.load(folder)
        self.admission = lru_cache(_KEPT_PERIODS)(partial(admission, self.texts))
        self._folder = folder
        self._hold: FolderLock | None = None
        self.verified = False

    @property
    def id(self) -> str:
        return self.manifest.id

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Verify the manifest and every checksum before any file is read as data: FAISS loads many
        damaged files without an error and then ranks wrongly. Of files that did not change since
        they were verified, only the small ones are read again; `verified` is False then. While the
        generation is in use, no build removes its folder. Raises IndexDamagedError if anything is
        damaged."""
        hold = FolderLock(folder)
        before = stamps(folder)
        manifest, read = check(folder)
        try:
            generation = cls._loaded(folder, manifest)
        except IndexDamagedError:
            if not read:
                verify(folder)  # its error names the file
            raise
        if stamps(folder) != before:
            raise IndexDamagedError(f"{folder} was changed while it was opened")
        generation._hold, generation.verified = hold, read
        return generation

    def verify(self) -> None:
        """Read every file and compare its checksum. Raises IndexDamagedError like `verify`."""
        verify(self._folder)
        self.verified = True

    @classmethod
    def _loaded(cls, folder: Path, manifest: Manifest) -> Self:
        with read_errors_as_damage(folder):
            generation = cls(folder, manifest)
            problem = next(generation._disagreements(), None)
        if problem:
            raise IndexDamagedError(f"{folder / problem}")
        return generation

    def _disagreements(self) -> Iterator[str]:
        """Yield a message for each file whose number of rows or vector dimension differs from the
        manifest."""
        says = self.manifest
        articles = says.articles + says.versions
        for name, found, told in (
            (ARTICLES, len(self.texts.articles), articles),
            (SENTENCES, self.texts.sentence_count, says.sentences),
            (PASSAGES, self.texts.passage_count, says.passages),
            (f"{TOKENS}/sentences", len(self.tokens.sentences), says.sentences),
            (f"{TOKENS}/titles", len(self.tokens.titles), articles),
            (SENTENCE_VECTORS, len(self.sentence_vectors), says.sentences),
            (SENTENCE_VECTORS, self.sentence_vectors.dimension, says.dimension),
            (PASSAGE_VECTORS, len(self.passage_vectors), says.passages),
            (PASSAGE_VECTORS, self.passage_vectors.dimension, says.dimension),
            (SENTENCE_TERMS, len(self.sentence_terms), says.sentences),
            (PASSAGE_TERMS, len(self.passage_terms), says.passages),
        ):
            if found != told:
                yield f"{name} has {found} where the manifest says {told}"


def verify_whole(generation: Generation) -> None:
    """Read the files of a generation in a folder, unless they were read when it was opened. Raises
    IndexDamagedError like `verify`."""
    if isinstance(generation, FileGeneration) and not generation.verified:
        generation.verify()


def _same_terms(manifest: Manifest) -> bool:
    """Return whether sentences and passages number their terms alike. Reading the numbers takes
    half of the time to open an index of a million sentences."""
    of = [manifest.files.get(f"{terms}/{VOCABULARY}") for terms in (SENTENCE_TERMS, PASSAGE_TERMS)]
    return of[0] is not None and of[0] == of[1]


def current_folder(index: Path) -> Path:
    """Return the folder of the current generation. Raises IndexMissingError, with the build
    command, if nothing was ever built, and IndexDamagedError if CURRENT is missing or damaged."""
    current = read_pointer(index / POINTER)
    if current is not None:
        return index / GENERATIONS / current
    if published(index):
        raise IndexDamagedError(f"{index / POINTER} is missing")
    raise IndexMissingError(
        f"There is no index in {index}. Build one with: "
        f"dealbot index build --articles PATH --index {index}"
    )


def current_id(index: Path) -> str | None:
    """Return the id that CURRENT names; None if that generation does not exist."""
    try:
        named = read_pointer(index / POINTER)
    except IndexDamagedError:
        return None
    return named if named in published(index) else None


def open_named(index: Path, open_: Callable[[Path], _Opened]) -> _Opened:
    """Open the current generation's folder with `open_`. Retries if another generation becomes
    current meanwhile. Raises IndexDamagedError if the folder is missing or damaged."""
    folder = current_folder(index)
    try:
        return open_(folder)
    except IndexDamagedError as error:
        if current_folder(index) != folder:  # replaced while it was opened
            return open_named(index, open_)
        if folder.name not in published(index):
            raise IndexDamagedError(
                f"{index / POINTER} names a generation that does not exist: {folder.name}"
            ) from error
        raise


def open_current(index: Path) -> FileGeneration:
    try:
        return open_named(index, FileGeneration.open)
    except IndexDamagedError as error:
        if type(error) is not IndexDamagedError:  # another version's: it names its remedy
            raise
        raise IndexDamagedError(
            f"{error}. Go back with: dealbot index rollback --index {index}, "
            f"or rebuild with: dealbot index build --full --index {index}"
        ) from error


def published(index: Path) -> list[str]:
    """List the ids of all published generations, oldest first: ids begin with their time."""
    try:
        names = os.listdir(index / GENERATIONS)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise IndexDamagedError(f"{error.filename} cannot be read: {error.strerror}") from error
    return sorted(name for name in names if not name.startswith("."))


def roll_back(index: Path, *, accept: Callable[[Manifest], None] | None = None) -> Manifest:
    """Make the newest intact generation before the current one current; the newest intact one of
    all if CURRENT names none. `accept` receives its manifest first; an exception from it leaves
    everything unchanged. Raises IndexMissingError if there is nothing to go back to."""
    if not published(index):
        current_folder(index)  # raises before a lock would create the folder
    with disk_errors_as_build_errors("The index was not rolled back", index), only_writer(index):
        current = current_id(index)
        damaged = ""
        for generation in reversed(published(index)):
            if current is None or generation < current:
                try:
                    manifest = verify(index / GENERATIONS / generation)
                except IndexDamagedError as error:
                    damaged = f" ({error})"
                    continue
                if accept:
                    accept(manifest)
                write_pointer(index / POINTER, generation)
                return manifest
        where = f"before {current}" if current else "that is intact"
        raise IndexMissingError(f"There is no generation {where} to go back to{damaged}")
