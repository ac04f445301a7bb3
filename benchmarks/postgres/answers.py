"""Times of answers from the server and from files, in turn, and the memory of the processes."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.machine import tell
from benchmarks.postgres import asking
from benchmarks.postgres.generated import Asked, questions
from benchmarks.postgres.ground import Ground, files_folder, in_files
from index.building.build import BuildOptions
from index.progress import NoProgress

GOALS = {"answers": 2.5, "memory_mb": 200}
_ROUND = 10  # questions that one side is asked in turn
_WARMING = 20
_CANDIDATES = 100

_Times = dict[str, list[float]]
_Places = dict[str, tuple[Path, str | None]]


def measure(ground: Ground) -> dict[str, Any]:
    """Ask both sides the same questions, a few in turn, each question once."""
    in_files(ground.sentences, compressed=True)
    exact = in_files(ground.sentences)
    asked = questions(ground.sentences, 2 * (ground.questions + _WARMING))
    with ground.empty() as index:
        tell("answers: load")
        index.publish_generation(exact.generation, NoProgress(), BuildOptions())
        places: _Places = {
            "server": (index.builder, ground.url),
            "files": (files_folder(ground.sentences, compressed=True), None),
        }
        with _askers(places, asked) as askers:
            texts = [each.question for each in asked]
            half = len(texts) // 2
            searches = _in_turn(askers, "search", texts[:half])
            answers = _in_turn(askers, "answer", texts[half:])
            states = {name: pool.submit(asking.state).result() for name, pool in askers.items()}
    return {
        "search_ms": _spread(searches),
        "answer_ms": _spread(answers),
        "search_ratio": _ratio(searches),
        "answer_ratio": _ratio(answers),
        **states,
        "goals": GOALS,
    }


@contextmanager
def _askers(places: _Places, asked: list[Asked]) -> Iterator[dict[str, ProcessPoolExecutor]]:
    pools = {
        name: ProcessPoolExecutor(
            1, get_context("spawn"), initializer=asking.start, initargs=(*place, asked)
        )
        for name, place in places.items()
    }
    try:
        yield pools
    finally:
        for pool in pools.values():
            pool.shutdown()


def _in_turn(askers: dict[str, ProcessPoolExecutor], method: str, texts: list[str]) -> _Times:
    tell(f"answers: {method}")
    times: _Times = {name: [] for name in askers}
    for pool in askers.values():
        pool.submit(asking.do, method, texts[:_WARMING]).result()
    for start in range(_WARMING, len(texts), _ROUND):
        for name, pool in askers.items():
            times[name] += pool.submit(asking.do, method, texts[start : start + _ROUND]).result()
    return times


def _spread(times: _Times) -> dict[str, dict[str, float]]:
    return {
        name: {
            f"p{share}": round(float(np.percentile(taken, share)) * 1000, 2) for share in (50, 95)
        }
        for name, taken in times.items()
    }


def _ratio(times: _Times) -> float:
    return round(median(times["server"]) / median(times["files"]), 2)
