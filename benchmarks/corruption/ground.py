"""Files that trials damage: an index of three generations and its encoder, and an intact copy of
both."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Self

from benchmarks.encoder_files import encoder_folder
from benchmarks.indexes import QUIET
from benchmarks.machine import ROOT
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Question
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import CURRENT, Encoder, open_by_id, open_current
from index.encoder.record import RECORD_FILE, read_record
from index.generations.generation import GENERATIONS, POINTER, FileGeneration, published
from index.generations.live import LiveGeneration
from index.generations.manifest import MANIFEST
from tests.damage import Victim

EDITIONS = (2, 3, 4)  # number of articles in each generation
QUESTIONS = (
    "How much is the partnership worth?",
    "Is the deal signed?",
    "What did the spokesperson of OpenAI say?",
    "Who painted the ceiling of the chapel?",
)
_NOBODY = 65534


def make_ground(folder: Path, encoders: Path) -> None:
    """Build the index and copy the encoder; every process works on a copy of the result."""
    used = encoder_folder(encoders)
    encoder = open_by_id(used.parent, used.name)
    shutil.copytree(used, folder / "encoders" / encoder.id)
    shutil.copy(used.parent / CURRENT, folder / "encoders")
    kept = folder / "encoders" / encoder.id
    # Sealed as adoption does today: the installed encoder may be older than sealed records.
    (kept / RECORD_FILE).write_text(read_record(kept).sealed().json_text(), encoding="utf-8")
    for count in EDITIONS:
        build_index(sources(count), folder / "index", encoder, QUIET)


def sources(count: int) -> list[Path]:
    return sorted((ROOT / "articles").glob("*.md"))[:count]


class Ground:
    """Private copy of the index and encoder that one process damages and restores."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._folder, self.encoder = folder, encoder
        self.index, self.encoders = folder / "damaged/index", folder / "damaged/encoders"
        self._answerer = QuestionAnswerer()
        self.ids = published(self.index)
        self.answers = {
            name: self.ask(FileGeneration.open(self.index / GENERATIONS / name))
            for name in self.ids
        }
        # Expected files of a rebuild, made without any known vectors.
        build_index(sources(EDITIONS[-1]), folder / "anew", encoder, QUIET, BuildOptions(full=True))
        (anew,) = (folder / "anew" / GENERATIONS).iterdir()
        self.rebuilt = json.loads((anew / MANIFEST).read_text())["files"]

    @classmethod
    def copied(cls, made: Path, folder: Path) -> Self:
        for name in ("damaged", "intact"):
            shutil.copytree(made, folder / name)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return cls(folder, open_current(folder / "intact/encoders"))

    def ask(self, generation: FileGeneration) -> list[dict[str, Any]]:
        """Return the answers with citations and scores, without the elapsed time, which varies."""
        live = LiveGeneration(generation, self.encoder)
        asked = self._answerer.encode(live, [Question(question=each) for each in QUESTIONS])
        answers = (self._answerer.answer(live, each).answer for each in asked)
        return [answer.model_dump(exclude={"elapsed_ms"}) for answer in answers]

    def files(self, kind: str) -> list[Path]:
        """List the files of one kind in the damaged copy."""
        if kind == "pointers":
            return [self.index / POINTER, self.encoders / CURRENT]
        if kind == "manifest":
            return [self.index / GENERATIONS / self.ids[-1] / MANIFEST]
        folder = {
            "generation": self.index / GENERATIONS / self.ids[-1],
            "known vectors": self.index / "vectors" / self.encoder.id,
            "encoder": self.encoders / self.encoder.id,
        }[kind]
        intact = self._intact_of(folder)
        found = (path for path in sorted(intact.rglob("*")) if path.is_file())
        return [folder / path.relative_to(intact) for path in found]

    def victim(self, path: Path, random: Random) -> Victim:
        """Return the file with another one to confuse it with: a file of the same name in another
        generation, or any file of the index or the encoder. The other file's content differs."""
        intact = self._intact_of(path)
        root = self.index if path.is_relative_to(self.index) else path.parent
        files = sorted(each for each in self._intact_of(root).rglob("*") if each.is_file())
        alike = [each for each in files if each.name == path.name]
        data = intact.read_bytes()
        others = [[each for each in some if each.read_bytes() != data] for some in (alike, files)]
        return Victim(path, intact, random.choice(random.choice(others) or others[1]), random)

    def put_right(self, path: Path) -> None:
        """Restore a damaged file or a whole folder, whatever is at its path now."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        intact = self._intact_of(path)
        (shutil.copytree if intact.is_dir() else shutil.copyfile)(intact, path)

    def _intact_of(self, path: Path) -> Path:
        return self._folder / "intact" / path.relative_to(self._folder / "damaged")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Run the block as an unprivileged user if this process is root: root can read files without
    read permission."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
