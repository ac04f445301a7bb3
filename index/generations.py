"""Generations of an index on disk: folders that never change once published, and a pointer.

<index>/CURRENT                     the id of the generation that answers
<index>/generations/<id>/manifest.json and the files that it lists with their checksums
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self, TypeVar

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

_Opened = TypeVar("_Opened")

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
        before = _stamps(folder)
        generation = cls._loaded(folder, verify(folder))
        if _stamps(folder) != before:
            raise IndexDamagedError(f"{folder} was changed while it was opened")
        generation._hold = hold
        return generation

    @classmethod
    def _loaded(cls, folder: Path, manifest: Manifest) -> Self:
        try:
            generation = cls(folder, manifest)
            problem = next(generation._disagreements(), None)
        # What is raised by files that are as they were sealed, but not as we write them.
        except (OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError) as error:
            raise IndexDamagedError(f"{folder} cannot be opened: {error}") from error
        if problem:
            raise IndexDamagedError(f"{folder / problem}")
        return generation

    def _disagreements(self) -> Iterator[str]:
        """The files that hold another number of rows than the manifest says, or vectors of another
        length."""
        says = self.manifest
        for name, found, told in (
            (ARTICLES, len(self.texts.articles), says.articles),
            (SENTENCES, self.texts.sentence_count, says.sentences),
            (PASSAGES, self.texts.passage_count, says.passages),
            (f"{TOKENS}/sentences", len(self.tokens.sentences), says.sentences),
            (f"{TOKENS}/titles", len(self.tokens.titles), says.articles),
            (SENTENCE_VECTORS, len(self.sentence_vectors), says.sentences),
            (SENTENCE_VECTORS, self.sentence_vectors.dimension, says.dimension),
            (PASSAGE_VECTORS, len(self.passage_vectors), says.passages),
            (PASSAGE_VECTORS, self.passage_vectors.dimension, says.dimension),
            (SENTENCE_TERMS, len(self.sentence_terms), says.sentences),
            (PASSAGE_TERMS, len(self.passage_terms), says.passages),
        ):
            if found != told:
                yield f"{name} has {found} where the manifest says {told}"


def verify(folder: Path) -> Manifest:
    """The manifest of an intact generation; IndexDamagedError names the first file that is not."""
    manifest = read_manifest(folder)
    for problem in _problems(folder, manifest):
        raise IndexDamagedError(problem)
    return manifest


def find_damage(folder: Path) -> list[str]:
    """What is wrong with a generation, a sentence for each file; nothing where it is intact."""
    try:
        return list(_problems(folder, read_manifest(folder)))
    except IndexDamagedError as error:
        return [str(error)]


def _problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    if folder.is_symlink():
        yield f"{folder} is a link"
    if manifest.id != folder.name:
        yield f"{folder} holds the manifest of generation {manifest.id}"
    folders = {name.partition("/")[0] for name in manifest.files}
    for name in sorted(_REQUIRED - folders):
        yield (
            f"{folder} has no {name}: was it made by another version? "
            "Rebuild with: dealbot index build --full"
        )
    try:
        plain, others = _below(folder)
    except OSError as error:
        yield f"{error.filename or folder} cannot be read: {error.strerror}"
        return
    yield from (f"{folder / name} is not a plain file" for name in others)
    for name in sorted(set(manifest.files) - {*plain, *others}):
        yield f"{folder / name} is missing"
    for name in sorted(set(plain) - {MANIFEST, *manifest.files}):
        yield f"{folder / name} does not belong to the generation"
    for name in sorted(set(plain) & set(manifest.files)):
        try:
            digest = file_digest(folder / name)
        except OSError as error:
            yield f"{folder / name} cannot be read: {error.strerror}"
        else:
            if digest != manifest.files[name]:
                yield f"{folder / name} is damaged: its checksum does not match"


def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file below the folder, as a manifest lists them."""
    return {name: file_digest(folder / name) for name in sorted(_below(folder)[0])}


def _below(folder: Path) -> tuple[list[str], list[str]]:
    """Relative paths of all plain files, and of all that is neither that nor a folder."""
    plain, others = list[str](), list[str]()
    for parent, folders, files in os.walk(folder, onerror=_raise):
        for name in (*folders, *files):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not stat.S_ISDIR(mode):
                kind = plain if stat.S_ISREG(mode) else others
                kind.append(path.relative_to(folder).as_posix())
    return plain, others


def _raise(error: OSError) -> None:
    raise error


def _stamps(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """What shows that a file became another or was written to, without reading it."""
    stats = {path: path.lstat() for path in folder.rglob("*")}
    return {path: (of.st_ino, of.st_size, of.st_mtime_ns) for path, of in stats.items()}


def current_folder(index: Path) -> Path:
    """The folder of the generation that answers; IndexMissingError says how to make one."""
    current = read_pointer(index / POINTER)
    if current is not None:
        return index / GENERATIONS / current
    if published(index):
        raise IndexDamagedError(f"{index / POINTER} is missing")
    raise IndexMissingError(
        f"There is no index in {index}. Build one with: "
        f"dealbot index build --articles PATH --index {index}"
    )


def named_by_pointer(index: Path) -> str | None:
    """The id that CURRENT names; None where it names nothing."""
    try:
        return read_pointer(index / POINTER)
    except IndexDamagedError:
        return None


def open_named(index: Path, open_: Callable[[Path], _Opened]) -> _Opened:
    """What `open_` makes of the current generation's folder."""
    folder = current_folder(index)
    try:
        return open_(folder)
    except IndexDamagedError:
        if current_folder(index) != folder:  # while it was opened, another took its place
            return open_named(index, open_)
        raise


def open_current(index: Path) -> Generation:
    try:
        return open_named(index, Generation.open)
    except IndexDamagedError as error:
        raise IndexDamagedError(
            f"{error}. Go back with: dealbot index rollback --index {index}, "
            f"or rebuild with: dealbot index build --full --index {index}"
        ) from error


def published(index: Path) -> list[str]:
    """The ids of all published generations, oldest first: ids begin with their time."""
    try:
        names = os.listdir(index / GENERATIONS)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise IndexDamagedError(f"{error.filename} cannot be read: {error.strerror}") from error
    return sorted(name for name in names if not name.startswith("."))


def roll_back(index: Path, *, accept: Callable[[Manifest], None] | None = None) -> Manifest:
    """Makes the newest intact generation before the current one current again; the newest of all,
    where CURRENT names none. `accept` gets its manifest before; what it raises leaves all as it
    was."""
    if not published(index):
        current_folder(index)  # says that there is no index, before a lock makes its folder
    with only_writer(index):
        current = named_by_pointer(index)
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
