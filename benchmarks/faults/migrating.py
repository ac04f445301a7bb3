"""Bringing an index of an older schema over to the present one, broken off."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.indexes import best_quote, damage, leftovers, quiet
from benchmarks.faults.operations import Found
from bot.domain.models import Question
from index.building.build import build_index
from index.building.migration import migrate_index
from index.encoder.encoder import Encoder
from index.errors import OlderIndexError

_STORED = Path(__file__).parents[2] / "tests/index/schemas/3.tar.xz"
_QUESTION = Question(question="How much did the lamp cost?")
_ANSWER = "The lamp cost $84,000 and uses a tenth of the power."


class MigratingIndex:
    """Of a stored index. The old generation answers nothing; it has to stay until the new one
    does."""

    name = "migrate"

    def __init__(self, encoders: Path, encoder: Encoder) -> None:
        self._encoders, self._encoder = encoders, encoder

    def prepare(self, folder: Path) -> None:
        with tarfile.open(_STORED) as stored:
            stored.extractall(folder, filter="data")

    def act(self, folder: Path) -> None:
        migrate_index(folder / "index", self._encoders, quiet)

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        index, state = folder / "index", "after"
        problems = [f"torn: {problem}" for problem in damage(index)]
        try:
            problems += self._wrong(index)
        except OlderIndexError:
            state = "before"
        except Exception as error:  # whatever it is, it should not be
            problems.append(f"lost: {error!r}")
        return Found(state, (*problems, *self._after_one_more(folder, state)))

    def _wrong(self, index: Path) -> Iterator[str]:
        said = best_quote(index, self._encoder, _QUESTION)
        if said != _ANSWER:
            yield f"it answers {said!r}"

    def _after_one_more(self, folder: Path, state: str) -> Iterator[str]:
        index = folder / "index"
        try:
            if state == "before":
                self.act(folder)
            build_index([folder / "articles"], index, self._encoder, quiet)
            yield from self._wrong(index)
        except Exception as error:  # as above
            yield f"once more it fails: {error!r}"
        yield from (f"the next build leaves {name}" for name in leftovers(index, self._encoder))
        yield from (f"after the next build: {problem}" for problem in damage(index))
