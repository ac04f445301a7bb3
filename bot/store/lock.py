"""Lock that admits one process at a time to a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.domain.errors import StoreError


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock file beside the store. The system releases it if the process dies. Raises
    StoreError if another process holds the lock or the file cannot be locked."""
    lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"Another dealbot uses {path}: stop it, or give this one a store of its own"
        ) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
