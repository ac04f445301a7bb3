"""Times of answers from the server and from files, in turn, and the memory of the processes."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.machine import resident_mb, tell
from benchmarks.postgres.generated import Asked, GeneratedEncoder, questions
from benchmarks.postgres.ground import Ground, files_folder, in_files
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Question
from index.building.build import BuildOptions
from index.encoder.encoder import default_home
from index.encoder.encoder import open_current as open_encoder
from index.generations.live import LiveGeneration
from index.places import index_at
from index.progress import NoProgress
from index.retrieval import Searcher

GOALS = {"answers": 2.5, "memory_mb": 200}
_ROUND = 10  # questions that one side is asked in turn
_WARMING = 20
_CANDIDATES = 100

_Times = dict[str, list[float]]
_Places = dict[str, tuple[Path, str | None]]


class _Asker:
    """One side, in a process of its own."""

    def __init__(self, folder: Path, url: str | None, asked: list[Asked]) -> None:
        began = perf_counter()
        self._encoder = GeneratedEncoder(asked, timed=open_encoder(default_home()))
        self._live = LiveGeneration(index_at(folder, url).open_current(), self._encoder)
        self.open_s = perf_counter() - began
        self._answerer, self._searcher = QuestionAnswerer(), Searcher()

    def answer(self, question: str) -> float:
        began = perf_counter()
        [encoded] = self._answerer.encode(self._live, [Question(question=question)])
        self._answerer.answer(self._live, encoded)
        return perf_counter() - began

    def search(self, question: str) -> float:
        [vector] = self._encoder.encode_queries([question])
        began = perf_counter()
        generation = self._live.generation
        self._searcher.search_sentences(generation, question, vector, _CANDIDATES)
        return perf_counter() - began


_asker: _Asker


def _open(folder: Path, url: str | None, asked: list[Asked]) -> None:
    global _asker  # the process has one; its pool calls functions of this module
    _asker = _Asker(folder, url, asked)


def _do(method: str, asked: list[str]) -> list[float]:
    return [getattr(_asker, method)(question) for question in asked]


def _state() -> dict[str, float]:
    return {"memory_mb": round(resident_mb()), "open_s": round(_asker.open_s, 2)}


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
            states = {name: pool.submit(_state).result() for name, pool in askers.items()}
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
            1, get_context("spawn"), initializer=_open, initargs=(*place, asked)
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
        pool.submit(_do, method, texts[:_WARMING]).result()
    for start in range(_WARMING, len(texts), _ROUND):
        for name, pool in askers.items():
            times[name] += pool.submit(_do, method, texts[start : start + _ROUND]).result()
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
