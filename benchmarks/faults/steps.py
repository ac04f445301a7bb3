"""System calls by which a process changes files, as readable steps."""

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.ptrace import Stopped

# Call numbers of x86-64, by how the call names what it changes: a descriptor (first or third
# argument), a path, a folder's descriptor and a path in it, or a mapped address.
_OF_DESCRIPTOR = {
    1: "write",
    18: "pwrite64",
    20: "writev",
    40: "sendfile",
    74: "fsync",
    75: "fdatasync",
    77: "ftruncate",
    91: "fchmod",
    277: "sync_file_range",
    285: "fallocate",
    296: "pwritev",
}
_OF_PATH = {
    2: "open",
    76: "truncate",
    82: "rename",
    83: "mkdir",
    84: "rmdir",
    85: "creat",
    86: "link",
    87: "unlink",
    88: "symlink",
    90: "chmod",
}
_IN_FOLDER = {
    257: "openat",
    258: "mkdirat",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    268: "fchmodat",
    316: "renameat2",
}
_OF_THIRD = {326: "copy_file_range"}
_OF_ADDRESS = {26: "msync"}
NUMBERS = (*_OF_DESCRIPTOR, *_OF_PATH, *_IN_FOLDER, *_OF_THIRD, *_OF_ADDRESS)
_FLAGS = {"open": 1, "openat": 2}
_THIS_FOLDER = -100 % 2**32  # AT_FDCWD

WRITES = {"write", "pwrite64"}
SYNCS = {"fsync", "fdatasync", "msync"}
_GIVE_NAMES = {"rename", "renameat", "renameat2", "mkdir", "mkdirat", "open", "openat"}
_GIVE_NAMES |= {"link", "linkat", "symlink", "creat"}
_TAKE_ROOM = WRITES | SYNCS | _GIVE_NAMES
_TAKE_ROOM |= {"writev", "pwritev", "fallocate", "ftruncate", "sendfile", "copy_file_range"}
_NEED_LEAVE = _GIVE_NAMES | {"unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat"}


@dataclass(frozen=True, slots=True)
class Step:
    """One system call, and the file or folder that it changes, relative to the traced root."""

    call: str
    path: Path

    def can_fail_for_want_of_room(self) -> bool:
        return self.call in _TAKE_ROOM

    def can_fail_for_want_of_leave(self) -> bool:
        return self.call in _NEED_LEAVE


def step_of(stopped: Stopped, root: Path) -> Step | None:
    """Return the change that the call would make below `root`; None if it changes nothing there."""
    call, path = _read(stopped)
    if path is None or not path.is_relative_to(root):
        return None
    if call in _FLAGS and not stopped.arguments[_FLAGS[call]] & (os.O_CREAT | os.O_TRUNC):
        return None
    return Step(call, path.relative_to(root))


def _read(stopped: Stopped) -> tuple[str, Path | None]:
    number, given = stopped.number, stopped.arguments
    if number in _OF_DESCRIPTOR:
        return _OF_DESCRIPTOR[number], _linked(stopped, f"fd/{given[0] % 2**32}")
    if number in _OF_THIRD:
        return _OF_THIRD[number], _linked(stopped, f"fd/{given[2] % 2**32}")
    if number in _OF_ADDRESS:
        return _OF_ADDRESS[number], _mapped(stopped, given[0])
    if number in _OF_PATH:
        folder, name = _linked(stopped, "cwd"), stopped.text_at(given[0])
        return _OF_PATH[number], folder and folder / name
    place = given[0] % 2**32
    folder = _linked(stopped, "cwd" if place == _THIS_FOLDER else f"fd/{place}")
    return _IN_FOLDER[number], folder and folder / stopped.text_at(given[1])


def _linked(stopped: Stopped, name: str) -> Path | None:
    try:
        return Path(os.readlink(f"/proc/{stopped.thread}/{name}"))
    except FileNotFoundError:
        return None  # no such descriptor: the call will fail by itself


def _mapped(stopped: Stopped, address: int) -> Path | None:
    with open(f"/proc/{stopped.thread}/maps") as lines:
        for line in lines:
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if begin <= address < end:
                parts = line.rstrip("\n").split(maxsplit=5)
                return Path(parts[5]) if len(parts) == 6 else None
    return None
