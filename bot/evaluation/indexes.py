"""Indexes for evaluation, kept between runs for as long as nothing that they hang on changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import index
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import POINTER
from index.generations.live import LiveGeneration, open_live
from index.progress import Progress

_KEY = "made-from.sha256"
# What of our own code only reads an index: a change there needs no new one.
_READERS = {"adopt.py", "live.py", "model_source.py", "search.py"}


class EvaluationIndexes:
    """One folder for each name and encoder. Where only the articles changed, the vectors of
    unchanged sentences are taken over; where the building code did, all is made anew, since what
    a vector is made from may have changed."""

    def __init__(self, home: Path, encoders: Path, encoder: Encoder, progress: Progress) -> None:
        """Below `home`; `encoder` is the open one of those in `encoders`."""
        self._home, self._encoders = home, encoders
        self._encoder, self._progress = encoder, progress
        self._code = files_digest(_building_code())

    def built(self, name: str, sources: Sequence[Path]) -> Path:
        """The folder of an index of the articles in these files and folders."""
        folder = self._home / self._encoder.id / name
        key = folder / _KEY
        wanted = [self._code, files_digest(sources)]
        there = key.read_text().split() if key.exists() and (folder / POINTER).exists() else []
        if there != wanted:
            full = there[:1] != wanted[:1]
            build_index(sources, folder, self._encoder, self._progress, full=full)
            key.write_text("\n".join(wanted))
        return folder

    def over_records(self, name: str, records: Iterable[Mapping[str, Any]]) -> LiveGeneration:
        """An index of these records, which are articles as a .jsonl file has them."""
        return open_live(self.built_of(name, records), self._encoders, reuse=self._encoder)

    def built_of(self, name: str, records: Iterable[Mapping[str, Any]]) -> Path:
        """The folder of an index of these records."""
        path = self._home / "articles" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        path.write_text("".join(lines), encoding="utf-8")
        return self.built(name, [path])


def files_digest(paths: Iterable[Path]) -> str:
    """The SHA-256 of all files named or in the folders named, with their names."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in filter(Path.is_file, files):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.name} {content}\n".encode())
    return digest.hexdigest()


def _building_code() -> list[Path]:
    (folder,) = index.__path__
    return sorted(path for path in Path(folder).glob("*.py") if path.name not in _READERS)
