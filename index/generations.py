"""Generations of an index on disk: folders that never change once published, and a pointer.

<index>/CURRENT                     the id of the generation that answers
<index>/generations/<id>/manifest.json and the files that it lists with their checksums
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Self

from index.dense import DenseIndex, StoredVectors
from index.errors import IndexDamagedError, IndexMissingError
from index.holding import Hold
from index.initials import INITIALS, Initials
from index.lexical import LexicalIndex
from index.manifest import MANIFEST, Manifest, read_manifest
from index.publishing import (
    file_digest,
    only_writer,
    read_pointer,
    write_pointer,
)
from index.text_store import ARTICLES, PASSAGES, SENTENCES, TEXTS, TextStore
from index.token_store import TOKENS, TokenStore
from index.vocabulary import VOCABULARY, load_vocabulary

POINTER, GENERATIONS = "CURRENT", "generations"
SENTENCE_VECTORS, PASSAGE_VECTORS = "sentences.faiss", "passage-vectors.npy"
SENTENCE_TERMS, PASSAGE_TERMS = "lexical-sentences", "lexical-passages"
# Files and folders that every generation of this schema has.
_REQUIRED = {
    *(TEXTS, ARTICLES, SENTENCES, PASSAGES, TOKENS, VOCABULARY, INITIALS),
    *(SENTENCE_VECTORS, PASSAGE_VECTORS, SENTENCE_TERMS, PASSAGE_TERMS),
}


class Generation:
    """An open generation. Reading it from several threads is safe."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.texts = TextStore(folder)
        self.tokens = TokenStore(folder)
        self.sentence_vectors = DenseIndex.load(folder / SENTENCE_VECTORS)
        self.passage_vectors = StoredVectors(folder / PASSAGE_VECTORS)
        self.sentence_terms = LexicalIndex.load(folder / SENTENCE_TERMS)
        self.passage_terms = LexicalIndex.load(folder / PASSAGE_TERMS)
        self.vocabulary = load_vocabulary(folder)
        self.initials = Initials.load(folder)
        self._hold: Hold | None = None

    @property
    def id(self) -> str:
        return self.manifest.id

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Checks the manifest and every checksum before any file is read as data: FAISS loads
        many damaged files without a word and then ranks wrongly. While it is in use, no build
        removes its folder."""
        hold = Hold(folder)
        generation = cls(folder, verify(folder))
        generation._hold = hold
        return generation


def verify(folder: Path) -> Manifest:
    """The manifest of an intact generation; IndexDamagedError names the file that is not."""
    manifest = read_manifest(folder)
    if manifest.id != folder.name:
        raise IndexDamagedError(f"{folder} holds the manifest of generation {manifest.id}")
    try:
        _check_files(folder, manifest)
    except OSError as error:
        where = error.filename or folder
        raise IndexDamagedError(f"{where} cannot be read: {error.strerror}") from error
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    folders = {name.partition("/")[0] for name in manifest.files}
    if lacking := sorted(_REQUIRED - folders):
        raise IndexDamagedError(
            f"{folder} has no {lacking[0]}: was it made by another version? "
            "Rebuild with: dealbot index build --full"
        )
    found = set(_files_below(folder)) - {MANIFEST}
    if missing := sorted(set(manifest.files) - found):
        raise IndexDamagedError(f"{folder / missing[0]} is missing")
    if surplus := sorted(found - set(manifest.files)):
        raise IndexDamagedError(f"{folder / surplus[0]} does not belong to the generation")
    for name, digest in manifest.files.items():
        if file_digest(folder / name) != digest:
            raise IndexDamagedError(f"{folder / name} is damaged: its checksum does not match")


def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file below the folder, as a manifest lists them."""
    return {name: file_digest(folder / name) for name in sorted(_files_below(folder))}


def _files_below(folder: Path) -> list[str]:
    """Relative paths of all files; anything that is not a plain file or folder is damage."""
    names = []
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise IndexDamagedError(f"{path} is not a plain file")
        names += [Path(parent, name).relative_to(folder).as_posix() for name in files]
    return names


def current_folder(index: Path) -> Path:
    """The folder of the generation that answers; IndexMissingError says how to make one."""
    current = read_pointer(index / POINTER)
    if current is None:
        raise IndexMissingError(
            f"There is no index in {index}. Build one with: "
            f"dealbot index build --articles PATH --index {index}"
        )
    return index / GENERATIONS / current


def open_current(index: Path) -> Generation:
    folder = current_folder(index)
    try:
        return Generation.open(folder)
    except IndexDamagedError as error:
        if current_folder(index) != folder:  # while it was opened, another took its place
            return open_current(index)
        raise IndexDamagedError(
            f"{error}. Go back with: dealbot index rollback --index {index}, "
            f"or rebuild with: dealbot index build --full --index {index}"
        ) from error


def published(index: Path) -> list[str]:
    """The ids of all published generations, oldest first: ids begin with their time."""
    folder = index / GENERATIONS
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def roll_back(index: Path, *, accept: Callable[[Manifest], None] | None = None) -> Manifest:
    """Makes the newest intact generation before the current one current again. `accept` gets its
    manifest before; what it raises leaves all as it was."""
    current_folder(index)  # says so where there is no index, before a lock makes its folder
    with only_writer(index):
        current = current_folder(index).name
        damaged = ""
        for generation in reversed(published(index)):
            if generation < current:
                try:
                    manifest = verify(index / GENERATIONS / generation)
                except IndexDamagedError as error:
                    damaged = f" ({error})"
                    continue
                if accept:
                    accept(manifest)
                write_pointer(index / POINTER, generation)
                return manifest
        raise IndexMissingError(f"There is no generation before {current} to go back to{damaged}")
