"""Publishing a folder, and the pointer to it, so that a crash leaves the old or the new, whole."""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from index.errors import BuildError, IndexDamagedError
from index.files.plain_files import open_plain, read_plain

_STAGING_PREFIX = ".staging-"
_POINTER_LIMIT = 200


def file_digest(path: Path) -> str:
    """The sha256 in hex of a plain file, read in pieces."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def staging_name(parent: Path) -> Path:
    """A name in `parent` that is not taken, and that the next run sweeps away."""
    return parent / f"{_STAGING_PREFIX}{secrets.token_hex(8)}"


@contextlib.contextmanager
def staging_folder(parent: Path) -> Iterator[Path]:
    """A fresh folder beside what will be published. Whatever is still in it at the end, after
    success, an exception or an interrupt alike, is removed."""
    # Not tempfile.mkdtemp: its 0700 would stay on the published folder, and an index built by
    # root would be closed to the account that serves it.
    staging = staging_name(parent)
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def sweep_staging(parent: Path) -> None:
    """Remove what killed runs left behind. The caller holds the lock on `parent`: without it
    this would take the folder from under a run that is still working."""
    for leftover in parent.glob(f"{_STAGING_PREFIX}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def telling_disk_errors(outcome: str, index: Path) -> Iterator[None]:
    """Makes a BuildError of what a disk refuses, for all that leaves the index as it was then."""
    try:
        yield
    except OSError as error:
        where = error.filename or index
        reason = error.strerror or error  # numpy tells of a short write without the system's words
        raise BuildError(f"{outcome}: {where}: {reason}. What was there is untouched") from error


@contextlib.contextmanager
def only_writer(index: Path) -> Iterator[None]:
    """Holds the lock under which alone an index changes, and under it removes what killed runs
    left behind. Raises BuildError where another process holds it."""
    from filelock import FileLock, Timeout  # here, for those who only read need not wait for it

    make_folder(index)
    lock = FileLock(index / ".build.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BuildError(f"Another build of {index} is running: wait until it ends") from error
    try:
        sweep_staging(index)
        yield
    finally:
        lock.release()


def make_folder(folder: Path) -> None:
    """With those above it, where they are not there. A power cut afterwards does not take it, and
    with it what is published in it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        fsync(folder.parent)


def fsync_tree(folder: Path) -> None:
    """Bring every file and folder below, and `folder` itself, to the disk."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            fsync(Path(parent, name))
        fsync(Path(parent))


def publish_folder(staging: Path, final: Path) -> None:
    """Give `staging` the name `final`, on the same filesystem and only once its bytes are on
    the disk. Names are content ids: where `final` is there already it is the same, and stays."""
    if final.exists():
        shutil.rmtree(staging)
        return
    fsync_tree(staging)
    staging.rename(final)
    fsync(final.parent)


def write_pointer(path: Path, text: str) -> None:
    """Replace the pointer in one step: a reader sees the old text or the new, never a part. An
    OSError leaves the old; a BuildError says that the new may not outlive a power cut."""
    # With the staging prefix, so that the next run sweeps away what a power cut leaves.
    beside = path.with_name(f"{_STAGING_PREFIX}{path.name}-{secrets.token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the next run sweeps it away
            beside.unlink()
        raise
    try:
        fsync(path.parent)
    except OSError as error:
        raise BuildError(
            f"{text} is current now, but the disk does not confirm it ({error.strerror}): check "
            "the disk, then do it once more"
        ) from error


def read_pointer(path: Path) -> str | None:
    """The name that the pointer holds, fit to be joined to a folder; None if there is none."""
    try:
        raw = read_plain(path, 4 * _POINTER_LIMIT)
        name, end, rest = raw.decode("utf-8").partition("\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise IndexDamagedError(f"{path} does not hold a name: it is not text.") from error
    if not end or rest or not _is_plain_name(name):
        raise IndexDamagedError(f"{path} does not hold a name on one line: {raw[:60]!r}.")
    return name


def _is_plain_name(name: str) -> bool:
    """One path component, printable, that cannot lead out of the folder it is joined to."""
    if not 0 < len(name) <= _POINTER_LIMIT or not name.isprintable() or name != name.strip():
        return False
    return name != "." and ".." not in name and "/" not in name and "\\" not in name


def fsync(path: Path) -> None:
    """Bring a file's bytes, or a folder's names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
