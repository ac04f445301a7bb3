"""Folders that are in use: who reads one holds it, and what is held is not removed.

The holds are the system's own (flock), so that a process that is killed leaves none behind, and
they are of the folder itself: no file is written, and a disk that cannot be written is read too.
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


class Hold:
    """Keeps a folder from being removed, until nobody has it any more."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexDamagedError where the folder is not there, or goes just now."""
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
            if error.errno not in _NO_LOCKS:  # where there are none, nothing can be removed either
                raise IndexDamagedError(f"{folder} cannot be read: {error.strerror}") from error


def remove_unheld(folder: Path, index: Path) -> bool:
    """Removes a folder that nobody holds, all of it or nothing: it takes a staging name in `index`
    first, under which a later run finds what a killed one leaves. False where somebody holds it,
    or the disk refuses: then a later run tries again."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = folder.rename(staging_name(index))
        fsync(folder.parent)  # or a power cut could bring its name back, over files that are gone
    except OSError:
        return False
    finally:
        os.close(handle)
    shutil.rmtree(removed, ignore_errors=True)
    return True
