"""Two folders that change names in one step."""

import ctypes
import errno
import os
from pathlib import Path

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_UNABLE = {errno.ENOSYS, errno.EINVAL}  # the system, or this disk


def exchange(first: Path, second: Path) -> None:
    """Each takes the other's name, so that there is something under both at every moment; where
    the system or the disk cannot do that, a moment after the other."""
    # Python has no call for it, and macOS none by this name.
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call and not call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE):
        return
    error = ctypes.get_errno()
    if call and error not in _UNABLE:
        raise OSError(error, os.strerror(error), str(second))
    aside = first.with_name(f"{first.name}-aside")
    second.rename(aside)
    first.rename(second)
    aside.rename(first)
