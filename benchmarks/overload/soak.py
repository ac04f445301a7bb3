"""Soak of the service: minutes of changing load, to see whether memory grows."""

from random import Random

from benchmarks.overload.arrivals import closed_loop, open_loop
from benchmarks.overload.load import CROWD, Row, Way, sampled_memory
from benchmarks.soak.watch import growth

_ROUND_S = 60.0
_LOADS = ((0.5, 0.6), (10, 0.2), (0.1, 0.2))  # multiple of capacity, share of a round
_SAMPLE_S = 10.0


async def soak(way: Way, minutes: float, seed: int) -> Row:
    """Run rounds of half, ten times and a tenth of the capacity. The first third of the samples is
    warm-up."""
    random, row = Random(seed), {"minutes": minutes, "offered": 0, "answered": 0, "refused": 0}
    crowd = await closed_loop(way.system.ask, way.questions, CROWD, 10)
    capacity = len(crowd.answered_ms) / crowd.took_s
    async with sampled_memory(way.system.pid, _SAMPLE_S) as memory:
        while len(memory) * _SAMPLE_S < minutes * 60:
            for load, share in _LOADS:
                came = await open_loop(
                    way.system.ask, way.questions, capacity * load, _ROUND_S * share, random
                )
                row["offered"] += came.offered
                row["answered"] += len(came.answered_ms)
                row["refused"] += len(came.refused_ms)
    return {**row, "capacity": round(capacity, 1), "growth": round(growth(memory), 4),
            "every_s": _SAMPLE_S, "resident_mb": memory}  # fmt: skip
