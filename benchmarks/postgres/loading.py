"""Time and size of a load into an empty database, and of an update of one article in a hundred."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from benchmarks.machine import resident_mb, tell
from benchmarks.postgres.ground import Ground, files_mb, in_files
from index.building.build import BuildOptions

GOAL = 0.03  # share of a load


class Stages:
    """Progress that measures the seconds of each stage."""

    def __init__(self) -> None:
        self.took_s: dict[str, float] = {}
        self._stage, self._began = "Connecting", perf_counter()

    def start(self, stage: str, total: int | None) -> None:
        now = perf_counter()
        self.took_s[self._stage] = round(now - self._began, 2)
        self._stage, self._began = stage, now

    def advance(self, steps: int) -> None:
        pass


@contextmanager
def timed() -> Iterator[Stages]:
    stages = Stages()
    yield stages
    stages.start("", None)


def measure(ground: Ground) -> dict[str, Any]:
    """Load the first index, then the one with changed articles, each of them complete in files."""
    first, changed = in_files(ground.sentences), in_files(ground.sentences, changed=True)
    options = BuildOptions()
    with ground.empty() as index:
        tell("load")
        with timed() as load:
            index.publish_generation(first.generation, load, options)
        peak_mb, sizes = resident_mb(), ground.size_mb()
        tell(f"load took {load.took_s}; update")
        with timed() as update:
            index.publish_generation(changed.generation, update, options)
        tell(f"update took {update.took_s}")
    load_s, update_s = (sum(each.took_s.values()) for each in (load, update))
    return {
        "load_s": round(load_s, 2),
        "load_stages_s": load.took_s,
        "builder_mb": round(peak_mb),
        "tables_mb": sizes,
        "total_mb": round(sum(sizes.values()), 1),
        "files_mb": files_mb(ground.sentences),
        "update_s": round(update_s, 2),
        "update_stages_s": update.took_s,
        "share": round(update_s / load_s, 4),
        "goal": GOAL,
    }
