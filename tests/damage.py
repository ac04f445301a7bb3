"""What disks and hands do to files."""

import hashlib
import json
from pathlib import Path
from typing import Any


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def rewrite(record: Path, **changes: Any) -> None:
    """A manifest, or the record of an encoder, with other values and a seal that fits them."""
    values = json.loads(record.read_text("utf-8")) | changes | {"seal": "0" * 64}
    text = json.dumps(values)
    seal = hashlib.sha256(text.encode()).hexdigest()
    record.write_text(text.replace("0" * 64, seal, 1), "utf-8")
