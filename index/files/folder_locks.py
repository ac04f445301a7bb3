"""Shared locks on folders in use: a reader locks its folder, and a locked folder is not removed.

The locks are the system's own (flock), so a killed process leaves none behind. They are on the
folder itself: no file is written, so a read-only disk works too.
"""

import errno
import fcntl
import os
import shutil
import weakref
from pathlib import Path

from index.errors import IndexDamagedError
from index.files.publication import fsync, staging_name

KEPT_GENERATIONS = 3  # the current one and two to roll back to
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


class FolderLock:
    """Shared lock that keeps a folder from being removed as long as this object exists."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder. Raises IndexDamagedError if it is missing, unreadable or being
        removed."""
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise IndexDamagedError(f"{folder} cannot be read: {error.strerror}") from error
        weakref.finalize(self, os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexDamagedError(f"{folder} is being removed") from error
        except OSError as error:
            if error.errno not in _NO_LOCKS:  # without lock support nothing is removed either
                raise IndexDamagedError(f"{folder} cannot be read: {error.strerror}") from error


def remove_if_unlocked(folder: Path, index: Path) -> bool:
    """Remove a folder unless it is locked, all of it or nothing. It is first renamed to a staging
    name in `index`, so that a later run removes what a killed one leaves. Returns False if the
    folder is locked or the disk refuses; a later run then retries."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = folder.rename(staging_name(index))
        fsync(folder.parent)  # or a power cut could restore the name without its files
    except OSError:
        return False
    finally:
        os.close(handle)
    shutil.rmtree(removed, ignore_errors=True)
    return True
