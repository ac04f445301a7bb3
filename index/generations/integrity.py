"""Verification of a generation's files against its manifest, before they are read as data."""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from index.errors import IndexDamagedError, OlderIndexError
from index.files.publication import file_digest
from index.generations.manifest import (
    MANIFEST,
    PASSAGE_TERMS,
    PASSAGE_VECTORS,
    SENTENCE_TERMS,
    SENTENCE_VECTORS,
    Manifest,
    OlderManifest,
    read_manifest,
    read_older_manifest,
)
from index.generations.verified import forget_verified, is_verified
from index.stores.text_store import ARTICLES, BLOCKS, KINDS, PASSAGES, SENTENCES, TEXTS
from index.stores.times import TIMES
from index.stores.token_store import TOKENS
from index.stores.vocabulary import VOCABULARY
from index.text.initials import INITIALS

_Manifest = TypeVar("_Manifest", Manifest, OlderManifest)

# Required files and folders: all of them in this schema, and those with texts in older ones.
_TEXTS = {TEXTS, ARTICLES, SENTENCES, PASSAGES}
_REQUIRED = {
    *(*_TEXTS, KINDS, BLOCKS, TIMES, TOKENS, VOCABULARY, INITIALS),
    *(SENTENCE_VECTORS, PASSAGE_VECTORS, SENTENCE_TERMS, PASSAGE_TERMS),
}

# Titles, URLs, dates and meanings of initials have no checksum of their own, unlike texts. Of an
# index of a million sentences they take about 20 MB.
_ALWAYS_READ = (ARTICLES, TIMES, INITIALS)
# FAISS raises MemoryError for a size with a wrong bit.
_READ_ERRORS = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError),
    *(RuntimeError, MemoryError),
)


@contextmanager
def read_errors_as_damage(folder: Path) -> Iterator[None]:
    """Convert read errors into IndexDamagedError. Files can match their checksums and still not
    have the expected format."""
    try:
        yield
    except _READ_ERRORS as error:
        reason = str(error) or type(error).__name__
        raise IndexDamagedError(f"{folder} cannot be read: {reason}") from error


def verify(folder: Path) -> Manifest:
    """Return the manifest of an intact generation. Raises IndexDamagedError, which names the first
    damaged file; the next process that opens a generation then reads every file first."""
    return _verified(folder, read_manifest(folder))


def check(folder: Path) -> tuple[Manifest, bool]:
    """Return the manifest of a generation, and whether all of its files were read. All must be
    there. Of those in the state in which they were verified before, only the small ones that
    answers show are read. Raises IndexDamagedError like `verify`."""
    manifest = read_manifest(folder)
    verified = is_verified(folder, manifest)
    return _verified(folder, manifest, _ALWAYS_READ if verified else None), not verified


def verify_older(folder: Path) -> OlderManifest:
    """Return the manifest of an intact generation of an older schema whose texts can still be read.
    Raises IndexDamagedError like `verify`."""
    return _verified(folder, read_older_manifest(folder))


def _verified(folder: Path, manifest: _Manifest, read: Collection[str] | None = None) -> _Manifest:
    for problem in _problems(folder, manifest, read):
        forget_verified(folder)
        raise IndexDamagedError(problem)
    return manifest


def find_damage(folder: Path) -> list[str]:
    """List the problems of a generation, one sentence per file; empty if it is intact."""
    try:
        return list(_problems(folder, read_manifest(folder)))
    except OlderIndexError:
        return list(_problems(folder, read_older_manifest(folder)))
    except IndexDamagedError as error:
        return [str(error)]


def older_schema(folder: Path) -> str:
    """Explain why an intact generation cannot be served because its schema is older; "" if that is
    not the reason."""
    try:
        read_manifest(folder)
    except OlderIndexError as error:
        return str(error)
    except IndexDamagedError:
        pass  # reported by `find_damage`
    return ""


def _problems(
    folder: Path, manifest: Manifest | OlderManifest, read: Collection[str] | None = None
) -> Iterator[str]:
    """Yield the problems of a generation. Only the files named by `read` are read; None: all."""
    if folder.is_symlink():
        yield f"{folder} is a link"
    if manifest.id != folder.name:
        yield f"{folder / MANIFEST} belongs to generation {manifest.id}"
    folders = {name.partition("/")[0] for name in manifest.files}
    required = _REQUIRED if isinstance(manifest, Manifest) else _TEXTS
    for name in sorted(required - folders):
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
    listed = set(plain) & set(manifest.files)
    for name in sorted(listed if read is None else listed.intersection(read)):
        try:
            digest = file_digest(folder / name)
        except OSError as error:
            yield f"{folder / name} cannot be read: {error.strerror}"
        else:
            if digest != manifest.files[name]:
                yield f"{folder / name} is damaged: its checksum does not match"


def checksums(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below the folder, as a manifest lists them."""
    return {name: file_digest(folder / name) for name in sorted(_below(folder)[0])}


def _below(folder: Path) -> tuple[list[str], list[str]]:
    """List the relative paths of all plain files, and of everything that is neither a plain file
    nor a folder."""
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
