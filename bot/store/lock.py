"""One process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.domain.errors import StoreError


@contextmanager
def only_process(path: Path) -> Iterator[None]:
    """Holds the lock beside the store, which the system takes back from a process that dies.
    Raises StoreError where another process holds it."""
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
