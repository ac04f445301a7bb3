"""Load on one system at several multiples of its capacity, and its recovery."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.machine import resident_mb
from benchmarks.overload.arrivals import Arrivals, closed_loop, open_loop
from benchmarks.overload.loop_lag import lag_p95_ms
from benchmarks.overload.systems import System

# Multiples of the capacity, each with its share of the duration. Half load comes first and last, so
# that interference by other programs shows in it.
Phases = Sequence[tuple[float, float]]
PHASES: Phases = ((0.5, 0.5), (1, 1), (2, 2), (10, 2), (0.5, 0.5))
SHORT: Phases = ((0.5, 0.5), (10, 1), (0.5, 0.5))
SOON_MS = 50.0  # goal for a refusal
CROWD = 32  # askers in a closed loop, enough to saturate the system
_ALONE = 30
_TEN = 10
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """System under test (`capacity` is "service", "bot" or "null bot"), with its articles and its
    questions."""

    capacity: str
    articles: str
    kind: str
    system: System
    questions: Iterator[str]

    @property
    def named(self) -> Row:
        return {"door": self.capacity, "articles": self.articles, "questions": self.kind}


async def measure(
    way: Way, seconds: float, seed: int, phases: Phases = PHASES
) -> tuple[list[Row], Row]:
    """Measure the capacity, then each load. Return a row for each multiple of the capacity, and the
    memory over time."""
    random, by_load = Random(seed), dict[float, list[Arrivals]]()
    after: dict[float, list[float]] = {}
    ask = way.system.ask
    await closed_loop(ask, way.questions, CROWD, seconds / 4)  # warm-up
    crowd = await closed_loop(ask, way.questions, CROWD, seconds / 2)
    capacity = len(crowd.answered_ms) / crowd.took_s
    alone = await _alone(way)
    async with sampled_memory(way.system.pid) as memory:
        for load, share in phases:
            came = await _loaded(way, capacity * load, seconds * share, random)
            by_load.setdefault(load, []).append(came)
            after.setdefault(load, []).append((await ask(next(way.questions))).after_s * 1000)
    rows = [
        {**way.named, "capacity": round(capacity, 1), "load": load, **_figures(arrivals),
         "first_after_ms": round(max(after[load]), 1), "alone_p50_ms": _rounded(alone, 50),
         "alone_p95_ms": _rounded(alone, 95)}
        for load, arrivals in by_load.items()
    ]  # fmt: skip
    return rows, {**way.named, "every_s": 1, "resident_mb": memory}


async def measure_null(way: Way, capacity: float, seconds: float, seed: int) -> Row:
    """Measure the null bot at ten times the capacity of the bot; return its row."""
    came = await _loaded(way, capacity * _TEN, seconds, Random(seed))
    return {**way.named, "capacity": capacity, "load": _TEN, **_figures([came])}


async def _loaded(way: Way, rate: float, for_s: float, random: Random) -> Arrivals:
    """Ask `rate` questions a second, and measure the CPU time and the lag meanwhile."""
    pid, lag = way.system.pid, await way.system.read_lag()
    cpu_s, asking_cpu_s = _cpu_s(pid), _cpu_s(os.getpid())
    came = await open_loop(way.system.ask, way.questions, rate, for_s, random)
    came.cpu_s, came.asking_cpu_s = _cpu_s(pid) - cpu_s, _cpu_s(os.getpid()) - asking_cpu_s
    came.lag_p95_ms = lag_p95_ms(lag, await way.system.read_lag())
    return came


async def _alone(way: Way) -> list[float]:
    """Ask questions one after the other and return the milliseconds of each."""
    return [(await way.system.ask(next(way.questions))).after_s * 1000 for _ in range(_ALONE)]


def _figures(phases: list[Arrivals]) -> Row:
    answered = [each for came in phases for each in came.answered_ms]
    refused = [each for came in phases for each in came.refused_ms]
    later = [each for came in phases for each in came.later_ms]
    late = [each for came in phases for each in came.late_ms]
    took_s = sum(came.took_s for came in phases)
    return {
        "offered": sum(came.offered for came in phases),
        "answered": len(answered),
        "refused": len(refused),
        "left_to_discord": sum(came.left for came in phases),
        "lost": sum(came.lost for came in phases),
        "answered_per_s": round(len(answered) / took_s, 1),
        **{f"answered_p{q}_ms": _rounded(answered, q) for q in (50, 95)},
        "later_p95_ms": _rounded(later, 95),
        **{f"refused_p{q}_ms": _rounded(refused, q) for q in (50, 95, 99, 100)},
        "refused_in_time": round(float(np.mean(np.array(refused) <= SOON_MS)), 5)
        if refused
        else None,
        # Shares of one core, and the delay of this program: they show whether it is the bottleneck.
        "cpu": round(sum(came.cpu_s for came in phases) / took_s, 2),
        "asking_cpu": round(sum(came.asking_cpu_s for came in phases) / took_s, 2),
        "asked_late_p95_ms": _rounded(late, 95),
        "loop_lag_p95_ms": max((each.lag_p95_ms or 0 for each in phases), default=0) or None,
    }


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds of all threads since the process began."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _rounded(times: list[float], q: float) -> float | None:
    return round(float(np.percentile(times, q)), 1) if times else None


@asynccontextmanager
async def sampled_memory(pid: int, every_s: float = 1.0) -> AsyncIterator[list[float]]:
    """Sample the resident memory at even intervals while the block runs; yield the megabytes."""
    samples: list[float] = []

    async def sample() -> None:
        while True:
            samples.append(round(resident_mb(pid), 1))
            await asyncio.sleep(every_s)

    sampling = asyncio.create_task(sample())
    try:
        yield samples
    finally:
        sampling.cancel()
