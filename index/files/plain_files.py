"""Opening what must be a plain file, whatever stands in its place."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


def open_plain(path: Path) -> BufferedReader:
    """For reading. A link, which may lead anywhere, and a pipe, which would keep its reader waiting
    for ever, are an OSError that says so, as a folder is."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    return open(descriptor, "rb")


def read_plain(path: Path, most: int) -> bytes:
    """All of a file that has no more than so many bytes; where it has, that is an OSError, too."""
    with open_plain(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "it is too large", str(path))
    return data


def stamps(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """What shows that a file became another or was written to, without reading it."""
    stats = {path: path.lstat() for path in folder.rglob("*")}
    return {path: (of.st_ino, of.st_size, of.st_mtime_ns) for path, of in stats.items()}
