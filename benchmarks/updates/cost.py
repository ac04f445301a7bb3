"""Time of an update beside that of building the same index in full."""

import asyncio
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.updates.site import (
    Newsroom,
    first_update,
    newsroom,
    opened_sources,
    settings_in,
)
from bot.config.settings import Settings
from bot.rebuild.rebuilder import Rebuilder
from bot.sources.paths import article_paths
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import open_current
from index.generations.live import LiveIndex
from index.progress import NoProgress

GOAL = 0.05  # share of a full build

Record = dict[str, Any]


async def measure_cost(articles: int, rounds: int) -> Record:
    """Measure updates with 3 new, 2 changed and 1 withdrawn article, each beside a full build of
    the same articles with all cores."""
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        async with newsroom(articles) as room:
            await first_update(room, settings)
            live = LiveIndex(settings.index, settings.encoders)
            async with Rebuilder(live, settings) as rebuilder:
                rows = await _rounds(room, settings, rebuilder, rounds)
    shares = [row["update_s"] / row["full_s"] for row in rows]
    return {
        "articles": articles,
        "rounds": rows,
        "share": round(median(shares), 4),
        "goal": GOAL,
    }


async def _rounds(
    room: Newsroom, settings: Settings, rebuilder: Rebuilder, rounds: int
) -> list[Record]:
    builds: list[float] = []

    async def build() -> str:
        began = perf_counter()
        outcome = await rebuilder.rebuild(NoProgress())
        builds.append(perf_counter() - began)
        return outcome.report.manifest.id

    rows = []
    async with opened_sources(settings, build) as sources:
        for _ in range(rounds):
            room.publish(3)
            room.correct(2)
            room.withdraw(1)
            began = perf_counter()
            [outcome] = (await sources.update()).sources
            took_s = perf_counter() - began
            rows.append(
                {
                    "new": outcome.new,
                    "changed": outcome.changed,
                    "withdrawn": outcome.withdrawn,
                    "update_s": round(took_s, 3),
                    "build_s": round(builds[-1], 3),
                    "full_s": round(await asyncio.to_thread(_build_in_full, settings), 3),
                }
            )
    return rows


def _build_in_full(settings: Settings) -> float:
    """Return the seconds of a full build with all cores, the encoder loaded."""
    encoder = open_current(settings.encoders)
    with TemporaryDirectory() as folder:
        began = perf_counter()
        build_index(
            article_paths(settings),
            Path(folder) / "index",
            encoder,
            NoProgress(),
            BuildOptions(full=True),
        )
        return perf_counter() - began
