"""Questions to a large index, which is open in a process of its own."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.corpus import generate
from benchmarks.large.vectors import GeneratedEncoder
from benchmarks.machine import resident_mb
from index.generations.generation import FileGeneration, current_folder
from index.generations.manifest import read_manifest
from index.retrieval import Searcher

_TOP, _WARMING = 10, 20


class OpenIndex:
    """An index that is open in a process of its own."""

    def __init__(self, folder: Path, sentences: int, questions: int) -> None:
        self._folder = current_folder(folder)
        self._sentences, self._times = sentences, list[float]()
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=_serve, args=(theirs, self._folder, sentences, questions)
        )
        self._process.start()
        theirs.close()  # or a dead process would be waited for
        self._opened_s = self._pipe.recv()

    def ask(self, count: int) -> None:
        """Ask the next questions; the process measures the milliseconds of each."""
        self._pipe.send(count)
        self._times += self._pipe.recv()

    def end(self) -> dict[str, Any]:
        """End the process and return the figures."""
        self._pipe.send(0)
        memory = self._pipe.recv()
        self._process.join()
        dense = read_manifest(self._folder).dense
        files = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
        return {
            "sentences": self._sentences,
            "search_p50_ms": round(median(self._times), 3),
            "recall_at_10": dense.recall_at_10,
            "dense": dense.type,
            "open_s": round(self._opened_s, 3),
            "resident_mb": round(memory),
            "index_mb": round(files / 1e6),
        }


def _serve(pipe: Connection, folder: Path, sentences: int, questions: int) -> None:
    encoder, searcher = GeneratedEncoder(), Searcher()
    before = resident_mb()
    started = perf_counter()
    generation = FileGeneration.open(folder)
    pipe.send(perf_counter() - started)
    asked = _questions(sentences, questions + _WARMING)

    def milliseconds() -> float:
        question = next(asked)
        [vector] = encoder.encode_queries([question])
        started = perf_counter()
        searcher.search_sentences(generation, question, vector, _TOP)
        return (perf_counter() - started) * 1000

    for _ in range(_WARMING):
        milliseconds()
    while count := pipe.recv():
        pipe.send([milliseconds() for _ in range(count)])
    pipe.send(resident_mb() - before)


def _questions(sentences: int, count: int) -> Iterator[str]:
    """Yield questions about articles that are spread over the first tenth of the corpus."""
    made = (article for article in generate(sentences) if article.questions)
    stride = max(1, sentences // 250 // count)
    return (
        article.questions[0].question for number, article in enumerate(made) if not number % stride
    )
