"""Safe opening of plain files: links, pipes and folders are refused."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


def open_plain(path: Path) -> BufferedReader:
    """Open a plain file for reading. Raises OSError, with the reason, for a link, which may lead
    anywhere, a pipe, which would block forever, or a folder."""
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
    """Read a plain file of at most `most` bytes. Raises OSError if it is larger or not a plain
    file."""
    with open_plain(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "it is too large", str(path))
    return data


def stamps(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Return the inode, the size in bytes and the mtime in ns of every path below the folder. They
    reveal a replaced or modified file without reading it."""
    stats = {path: path.lstat() for path in folder.rglob("*")}
    return {path: (of.st_ino, of.st_size, of.st_mtime_ns) for path, of in stats.items()}
