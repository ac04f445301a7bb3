"""Damage to files by disks, people and forgers."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link_to(path: Path, elsewhere: Path) -> None:
    path.unlink()
    path.symlink_to(elsewhere)


def rewrite(record: Path, **changes: Any) -> None:
    """Change values in a manifest or encoder record, with a matching seal."""
    values = json.loads(record.read_text("utf-8")) | changes | {"seal": "0" * 64}
    text = json.dumps(values)
    seal = hashlib.sha256(text.encode()).hexdigest()
    record.write_text(text.replace("0" * 64, seal, 1), "utf-8")


@dataclass(frozen=True, slots=True)
class Victim:
    """A file to damage, an intact copy of it, a file with other content, and the source of
    randomness."""

    path: Path
    intact: Path
    other: Path
    random: Random


def _flip_bits(victim: Victim) -> None:
    data = bytearray(victim.path.read_bytes())
    for bit in victim.random.sample(range(8 * len(data)), victim.random.randint(1, 3)):
        data[bit // 8] ^= 1 << bit % 8
    victim.path.write_bytes(data)


def _garble(victim: Victim) -> None:
    """Change every byte of a run of up to 512 bytes, like a block written to the wrong place."""
    data, random = bytearray(victim.path.read_bytes()), victim.random
    start = random.randrange(len(data))
    for position in range(start, min(len(data), start + random.randint(1, 512))):
        data[position] ^= random.randint(1, 255)
    victim.path.write_bytes(data)


def _cut_off(victim: Victim) -> None:
    os.truncate(victim.path, victim.random.randrange(1, victim.path.stat().st_size))


def _zero(victim: Victim) -> None:
    """Fill the file with zeros, as some filesystems do after a power cut."""
    victim.path.write_bytes(bytes(victim.path.stat().st_size))


def _append(victim: Victim) -> None:
    with victim.path.open("ab") as file:
        file.write(victim.random.randbytes(victim.random.randint(1, 512)))


DAMAGES: Mapping[str, Callable[[Victim], object]] = {
    "flipped": _flip_bits,
    "garbled": _garble,
    "cut off": _cut_off,
    "emptied": lambda victim: empty(victim.path),
    "zeroed": _zero,
    "lengthened": _append,
    "swapped": lambda victim: shutil.copyfile(victim.other, victim.path),
    "a link": lambda victim: link_to(victim.path, victim.intact),
    "a folder": lambda victim: make_folder(victim.path),
    "a pipe": lambda victim: make_pipe(victim.path),
    "closed": lambda victim: victim.path.chmod(0),  # except for root
    "removed": lambda victim: victim.path.unlink(),
}
