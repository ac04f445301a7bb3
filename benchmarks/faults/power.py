"""Simulated power cuts: only synced bytes of files and synced entries of folders are sure to
survive."""

import os
import shutil
import stat
from enum import StrEnum
from pathlib import Path
from random import Random

# Power cuts are simulated, so a real disk would only be slower.
IN_MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
_BLOCK = 4096
_Node = int  # inode number; a descriptor that stays open prevents its reuse


class Cut(StrEnum):
    """Survival of changes that were not synced; a disk may write them in any order. ENTRIES: all
    names, but no bytes. NOTHING: neither. SOME: a random part of both."""

    ENTRIES = "names but no bytes"
    NOTHING = "only what was synced"
    SOME = "a part of the rest"


class Disk:
    """Model of what is certainly on the disk below a folder: first everything, then what was
    synced. Close it to release its descriptors."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bytes: dict[_Node, bytes] = {}
        self._entries: dict[_Node, dict[str, _Node]] = {}
        self._held: dict[_Node, int] = {}
        for folder, _, files in os.walk(root, topdown=False):
            for name in files:
                self.reached(Path(folder, name))
            self.reached(Path(folder))

    def close(self) -> None:
        for handle in self._held.values():
            os.close(handle)

    def reached(self, path: Path) -> None:
        """Record that the file's bytes, or the folder's entries, are now on the disk."""
        node = self._node(path)
        if not path.is_dir():
            self._bytes[node] = path.read_bytes()
            return
        entries = {each.name: self._node(each) for each in path.iterdir()}
        for others in self._entries.values():  # entries moved here are gone from their old folder
            for name in [name for name, moved in others.items() if moved in entries.values()]:
                del others[name]
        self._entries[node] = entries

    def _node(self, path: Path) -> _Node:
        node = path.lstat().st_ino
        if node not in self._held:
            self._held[node] = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        return node

    def cut(self, how: Cut, target: Path, random: Random) -> None:
        """Write to `target` what a power cut at this moment may leave of the folder."""
        self._restore(self._root.lstat().st_ino, self._live(), target, how, random)

    def _live(self) -> dict[_Node, Path]:
        paths = (self._root, *self._root.rglob("*"))
        return {path.lstat().st_ino: path for path in paths}

    def _restore(
        self, node: _Node, live: dict[_Node, Path], target: Path, how: Cut, random: Random
    ) -> None:
        if not self._is_folder(node, live):
            target.write_bytes(self._content(node, live, how, random))
            return
        target.mkdir()
        for name, inner in self._names(node, live, how, random).items():
            self._restore(inner, live, target / name, how, random)

    def _is_folder(self, node: _Node, live: dict[_Node, Path]) -> bool:
        status = live[node].lstat() if node in live else os.fstat(self._held[node])
        return stat.S_ISDIR(status.st_mode)

    def _names(
        self, node: _Node, live: dict[_Node, Path], how: Cut, random: Random
    ) -> dict[str, _Node]:
        lasting = self._entries.get(node, {})
        if node not in live or how is Cut.NOTHING or (how is Cut.SOME and random.random() < 0.5):
            return lasting
        return {each.name: each.lstat().st_ino for each in live[node].iterdir()}

    def _content(self, node: _Node, live: dict[_Node, Path], how: Cut, random: Random) -> bytes:
        lasting = self._bytes.get(node)
        if node not in live:
            return lasting or b""
        now = live[node].read_bytes()
        if how is Cut.SOME:
            return _mixed(lasting or b"", now, random)
        if lasting is None:
            return bytes(len(now)) if how is Cut.ENTRIES else b""
        return lasting


def _mixed(lasting: bytes, now: bytes, random: Random) -> bytes:
    """Choose the old or the new content of each block at random; bytes never written are zeros."""
    parts = []
    for start in range(0, len(now), _BLOCK):
        new = now[start : start + _BLOCK]
        old = lasting[start : start + _BLOCK].ljust(len(new), b"\0")[: len(new)]
        parts.append(random.choice((old, new)))
    return b"".join(parts)


def copied(folder: Path, target: Path) -> Path:
    """Copy the folder exactly, replacing an older copy, and return the target."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(folder, target, symlinks=True))
