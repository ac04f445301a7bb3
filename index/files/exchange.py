"""Atomic exchange of the names of two folders."""

import ctypes
import errno
import os
from pathlib import Path

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_UNABLE = {errno.ENOSYS, errno.EINVAL}  # not supported by the system or this disk


def exchange(first: Path, second: Path) -> None:
    """Swap the names of two folders in one step, so that both names always exist. Without support
    from the system or the disk, rename one after another, which leaves a short gap. Raises
    OSError."""
    # Python does not wrap renameat2, and macOS does not have it.
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
