"""Records of verified generations, so that opening one need not read all of its files.

<index>/VERIFIED    for each generation, the state of every file when its checksum last matched

The file system changes the state of a file whenever its bytes change. A file in its recorded state
can therefore differ from its checksum only if the disk itself lost or changed bytes.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.files.plain_files import read_plain
from index.files.publication import replace_text
from index.files.seals import Sealed, seal_matches
from index.generations.manifest import Manifest

_log = logging.getLogger(__name__)

VERIFIED = "VERIFIED"
_MOST_BYTES = 10_000_000  # a record of a few generations has some kilobytes

FileState = tuple[int, int, int, int]  # inode, bytes, mtime and ctime in ns
States = dict[str, FileState]


class _Verified(BaseModel):
    """States of a generation's files; `manifest` is the seal of the manifest that lists them. The
    manifest itself is verified by its seal whenever it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: str
    files: States


class _Record(Sealed):
    generations: dict[str, _Verified] = Field(default_factory=dict)


def states_of(folder: Path, manifest: Manifest) -> States:
    """Return the state of each file that the manifest lists. Read it before the files, so that a
    later change is not taken for verified. Raises OSError."""
    return {name: _state(folder / name) for name in manifest.files}


def is_verified(folder: Path, manifest: Manifest) -> bool:
    """Return whether every file of a generation is in the state in which it was verified. False if
    there is no usable record."""
    known = _read(_record_of(folder)).generations.get(folder.name)
    with suppress(OSError):
        return known == _Verified(manifest=manifest.seal, files=states_of(folder, manifest))
    return False


def record_verified(folder: Path, manifest: Manifest, states: States) -> None:
    """Record that the files were verified in these states, and forget generations that no longer
    exist. The caller must hold the index's lock. Raises OSError."""
    path = _record_of(folder)
    known = {
        name: each
        for name, each in _read(path).generations.items()
        if (folder.parent / name).is_dir()
    }
    known[folder.name] = _Verified(manifest=manifest.seal, files=states)
    replace_text(path, _Record(generations=known).sealed().json_text())


def forget_verified(folder: Path) -> None:
    """Remove the records of this generation and of those beside it, because the disk cannot be
    trusted. Log a warning if the disk refuses."""
    path = _record_of(folder)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        if os.path.lexists(path):  # a read-only file system refuses for a missing file, too
            _log.warning(
                "%s cannot be removed (%s): remove it, so that no start trusts the disk",
                path,
                error.strerror,
            )


def _record_of(folder: Path) -> Path:
    return folder.parents[1] / VERIFIED


def _read(path: Path) -> _Record:
    """Read the record. Return an empty one if it is missing or damaged; files are then verified
    again."""
    with suppress(OSError, ValidationError):
        data = read_plain(path, _MOST_BYTES)
        record = _Record.model_validate_json(data)
        if seal_matches(data, record.seal):
            return record
    return _Record()


def _state(path: Path) -> FileState:
    of = path.lstat()
    return of.st_ino, of.st_size, of.st_mtime_ns, of.st_ctime_ns
