"""Indexes for evaluation, reused between runs until the code or the articles change."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import index.errors
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder
from index.generations.generation import POINTER
from index.generations.live import LiveGeneration, open_live
from index.progress import Progress

_KEY = "made-from.sha256"
# Our modules that only read an index: a change in them needs no new index.
_READERS = {"__init__.py", "adoption.py", "api.py", "live.py", "model_source.py", "retrieval.py"}


class EvaluationIndexes:
    """Cache of indexes, one folder per encoder and name.

    If only the articles changed, the vectors of unchanged sentences are reused. If the building
    code changed, everything is built again, since the text behind a vector may have changed."""

    def __init__(self, home: Path, encoders: Path, encoder: Encoder, progress: Progress) -> None:
        """Keep the indexes below `home`; `encoder` is open, and one of those in `encoders`."""
        self._home, self._encoders = home, encoders
        self._encoder, self._progress = encoder, progress
        self._code = files_digest(_building_code())

    def built(self, name: str, sources: Sequence[Path]) -> Path:
        """Return the folder of an index of the articles in these files and folders."""
        folder = self._home / self._encoder.id / name
        key = folder / _KEY
        wanted = [self._code, files_digest(sources)]
        there = key.read_text().split() if key.exists() and (folder / POINTER).exists() else []
        if there != wanted:
            full = there[:1] != wanted[:1]
            build_index(sources, folder, self._encoder, self._progress, BuildOptions(full=full))
            key.write_text("\n".join(wanted))
        return folder

    def over_records(self, name: str, records: Iterable[Mapping[str, Any]]) -> LiveGeneration:
        """Open an index of these records, which are articles as in a .jsonl file."""
        return open_live(self.built_of(name, records), self._encoders, reuse=self._encoder)

    def built_of(self, name: str, records: Iterable[Mapping[str, Any]]) -> Path:
        """Return the folder of an index of these records."""
        path = self._home / "articles" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        path.write_text("".join(lines), encoding="utf-8")
        return self.built(name, [path])


def files_digest(paths: Iterable[Path]) -> str:
    """Compute the SHA-256 of the files, and of all files in the folders, with their names."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in filter(Path.is_file, files):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.name} {content}\n".encode())
    return digest.hexdigest()


def _building_code() -> list[Path]:
    folder = Path(index.errors.__file__).parent
    return sorted(path for path in folder.rglob("*.py") if path.name not in _READERS)
