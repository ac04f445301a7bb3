"""Crash-safe publication of a folder and of the pointer to it: old or new, always whole."""

import contextlib
import ctypes
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
_EARLY_SYNC, _BEGIN_WRITING = "sync_file_range", 2  # with SYNC_FILE_RANGE_WRITE


def file_digest(path: Path) -> str:
    """Return the sha256 in hex of a plain file, read in pieces."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def staging_name(parent: Path) -> Path:
    """Return an unused name in `parent`; the next run removes leftovers with such names."""
    return parent / f"{_STAGING_PREFIX}{secrets.token_hex(8)}"


@contextlib.contextmanager
def staging_folder(parent: Path) -> Iterator[Path]:
    """Create a temporary folder beside what will be published. Its remaining content is removed at
    the end, also after an exception or an interrupt."""
    # Not tempfile.mkdtemp: its mode 0700 would stay on the published folder, and the serving
    # account could not read an index built by root.
    staging = staging_name(parent)
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def sweep_staging(parent: Path) -> None:
    """Remove what killed runs left behind. The caller must hold the lock on `parent`: otherwise
    this would remove the folder of a running build."""
    for leftover in parent.glob(f"{_STAGING_PREFIX}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def disk_errors_as_build_errors(outcome: str, index: Path) -> Iterator[None]:
    """Convert an OSError into a BuildError that begins with `outcome`. Use it only where a failure
    leaves the index unchanged."""
    try:
        yield
    except OSError as error:
        where = error.filename or index
        reason = error.strerror or error  # numpy's error for a short write has no strerror
        raise BuildError(f"{outcome}: {where}: {reason}. Existing files are untouched") from error


@contextlib.contextmanager
def only_writer(index: Path) -> Iterator[None]:
    """Hold the lock required to change an index, and remove what killed runs left behind. Raises
    BuildError if another process holds the lock."""
    from filelock import FileLock, Timeout  # imported here because readers do not need it

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
    """Create a folder and its missing parents. They survive a power cut, with what is later
    published in them."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        fsync(folder.parent)


def begin_sync(folder: Path) -> None:
    """Let the disk begin to write the files below `folder`, so that `fsync_tree` has less to wait
    for. It alone reports errors: a request that fails here is one that it makes again. Do nothing
    where the system lacks the call, as macOS does."""
    call = getattr(ctypes.CDLL(None), _EARLY_SYNC, None)
    if call is None:
        return
    whole = ctypes.c_int64(0), ctypes.c_int64(0)
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                call(file.fileno(), *whole, _BEGIN_WRITING)


def fsync_tree(folder: Path) -> None:
    """Sync every file and folder below `folder`, and `folder` itself, to the disk."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            fsync(Path(parent, name))
        fsync(Path(parent))


def publish_folder(staging: Path, final: Path) -> None:
    """Rename `staging` to `final`, on the same filesystem and only once its bytes are on the disk.
    Names are content ids: an existing `final` has the same content and is kept."""
    if final.exists():
        shutil.rmtree(staging)
        return
    fsync_tree(staging)
    staging.rename(final)
    fsync(final.parent)


def write_pointer(path: Path, text: str) -> None:
    """Replace the pointer in one step: a reader sees the old text or the new, never a part. An
    OSError leaves the old text. A BuildError says that the new text may not survive a power cut."""
    replace_text(path, f"{text}\n")
    try:
        fsync(path.parent)
    except OSError as error:
        raise BuildError(
            f"{text} is current now, but the disk does not confirm it ({error.strerror}): check "
            "the disk, then try again"
        ) from error


def replace_text(path: Path, text: str) -> None:
    """Replace a file in one step, by one whose bytes are on the disk. An OSError leaves the old
    file. The caller syncs the folder, which makes the new name survive a power cut."""
    # The staging prefix makes the next run remove what a power cut leaves.
    beside = path.with_name(f"{_STAGING_PREFIX}{path.name}-{secrets.token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the next run removes it
            beside.unlink()
        raise


def read_pointer(path: Path) -> str | None:
    """Return the name in the pointer, safe to join to a folder; None if the pointer does not exist.
    Raises IndexDamagedError if it is unreadable or not a plain name."""
    try:
        raw = read_plain(path, 4 * _POINTER_LIMIT)
        name, end, rest = raw.decode("utf-8").partition("\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise IndexDamagedError(f"{path} does not contain a name: it is not text.") from error
    if not end or rest or not _is_plain_name(name):
        raise IndexDamagedError(f"{path} does not contain a name on one line: {raw[:60]!r}.")
    return name


def _is_plain_name(name: str) -> bool:
    """Check for one printable path component that cannot lead out of the folder it is joined to."""
    if not 0 < len(name) <= _POINTER_LIMIT or not name.isprintable() or name != name.strip():
        return False
    return name != "." and ".." not in name and "/" not in name and "\\" not in name


def fsync(path: Path) -> None:
    """Sync a file's bytes, or a folder's names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
