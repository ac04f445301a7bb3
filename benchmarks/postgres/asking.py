"""One side of a comparison, in a process of its own, which imports what answering needs."""

from pathlib import Path
from time import perf_counter

from benchmarks.machine import resident_mb
from benchmarks.postgres.generated import Asked, GeneratedEncoder
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Question
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveGeneration
from index.places import index_at
from index.retrieval import Searcher

_CANDIDATES = 100


class _Asker:
    """One side, in a process of its own."""

    def __init__(self, folder: Path, url: str | None, asked: list[Asked]) -> None:
        self._encoder = GeneratedEncoder(asked, timed=open_current(default_home()))
        self._answerer, self._searcher = QuestionAnswerer(), Searcher()
        self.without_mb = resident_mb()
        began = perf_counter()
        self._live = LiveGeneration(index_at(folder, url).open_current(), self._encoder)
        self.open_s = perf_counter() - began

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


def start(folder: Path, url: str | None, asked: list[Asked]) -> None:
    global _asker  # the process has one; its pool calls functions of this module
    _asker = _Asker(folder, url, asked)


def do(method: str, asked: list[str]) -> list[float]:
    return [getattr(_asker, method)(question) for question in asked]


def state() -> dict[str, float]:
    """Return the memory, also that before the index was opened, and the seconds of the opening."""
    return {
        "memory_mb": round(resident_mb()),
        "without_index_mb": round(_asker.without_mb),
        "open_s": round(_asker.open_s, 2),
    }
