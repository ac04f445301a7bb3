"""Interrupted migration of an index from an older schema to the present one."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.indexes import after_next_build, best_quote, damage
from benchmarks.faults.operations import Found
from benchmarks.indexes import QUIET
from benchmarks.machine import ROOT
from bot.domain.models import Question
from index.building.build import build_index
from index.building.migration import migrate_index
from index.encoder.encoder import Encoder
from index.errors import OlderIndexError

_STORED = ROOT / "tests/index/schemas/3.tar.xz"
_QUESTION = Question(question="How much did the lamp cost?")
_ANSWER = "The lamp cost $84,000 and uses a tenth of the power."


class MigratingIndex:
    """Migration of a stored index. The old generation answers nothing, but must stay until the new
    one answers."""

    name = "migrate"

    def __init__(self, encoders: Path, encoder: Encoder) -> None:
        self._encoders, self._encoder = encoders, encoder

    def prepare(self, folder: Path) -> None:
        with tarfile.open(_STORED) as stored:
            stored.extractall(folder, filter="data")

    def act(self, folder: Path) -> None:
        migrate_index(folder / "index", self._encoders, QUIET)

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        index, state = folder / "index", "after"
        problems = [f"torn: {problem}" for problem in damage(index)]
        try:
            problems += self._wrong(index)
        except OlderIndexError:
            state = "before"
        except Exception as error:  # any error is a finding
            problems.append(f"lost: {error!r}")
        problems += after_next_build(self._next_build(folder, state), index, self._encoder)
        return Found(state, tuple(problems))

    def _wrong(self, index: Path) -> Iterator[str]:
        said = best_quote(index, self._encoder, _QUESTION)
        if said != _ANSWER:
            yield f"it answers {said!r}"

    def _next_build(self, folder: Path, state: str) -> Iterator[str]:
        if state == "before":
            self.act(folder)
        build_index([folder / "articles"], folder / "index", self._encoder, QUIET)
        yield from self._wrong(folder / "index")
