"""How long one answered question takes, beside encoding it with sentence-transformers on torch.

On as many threads as it may use cores: taskset -c 0 measures on one.

Run from the project's root: python -m benchmarks.answer_time --help
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from bot.answering.citing import check_citations, cite
from bot.answering.composing import compose_text
from bot.answering.evidence import EvidenceRanker, choose_evidence
from bot.answering.evidence_model import EvidenceModel
from bot.answering.pipeline import retrieve
from bot.answering.understanding import QuestionReader
from bot.evaluation.datasets import records
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.tables import table
from bot.models import Question, Status
from bot.service import AnswerService
from bot.terminal.progress import StageLines
from index.encoder import default_home, open_current, usable_cores
from index.live import LiveGeneration, LiveIndex
from index.model_source import find_source
from index.search import Searcher

ROOT = Path(__file__).resolve().parents[1]
_PAUSE_S = 0.02  # torch's threads spin for a while after their work and would slow what follows
_Made = TypeVar("_Made")


class Taken(NamedTuple):
    """Milliseconds of a clock on the wall, and of processors of this process."""

    wall: float
    cpu: float


class Clock:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def taken(self) -> Taken:
        cpu = time.process_time() - self._cpu
        return Taken((time.perf_counter() - self._wall) * 1000, cpu * 1000)


class Torch:
    """The original model in the process that it is called in: what serves never imports torch."""

    model: Any = None

    @classmethod
    def load(cls) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(usable_cores())
        cls.model = SentenceTransformer(str(find_source(None).folder), device="cpu")

    @classmethod
    def encode(cls, text: str) -> "Taken":
        clock = Clock()
        cls.model.encode([text], show_progress_bar=False)
        return clock.taken()


class Steps:
    """The path of a question once more, step by step, each with its time."""

    def __init__(self, live: LiveGeneration) -> None:
        self._live, self._searcher = live, Searcher()
        self._ranker = EvidenceRanker(EvidenceModel.load())
        self._reader = QuestionReader(live.generation, self._ranker.model.words)
        self.times: dict[str, list[Taken]] = defaultdict(list)

    def run(self, question: Question) -> None:
        generation, ranker = self._live.generation, self._ranker
        understood = self._timed("understand", lambda: self._reader.read(question))
        vector = self._timed(
            "encode", lambda: self._live.encoder.encode_queries([understood.text])[0]
        )
        hits = self._timed(
            "retrieve", lambda: retrieve(self._searcher, generation, understood, vector)
        )
        ranked, _ = self._timed(
            "read and rank",
            lambda: ranker.rank(
                generation, ranker.model.question(understood.asked, understood.context), hits
            ),
        )
        self._timed("  reading again", lambda: [ranker.candidate(generation, h) for h in hits])
        citations = self._timed("cite", lambda: cite(generation.texts, choose_evidence(ranked)))
        self._timed("check and compose", lambda: check_citations(generation.texts, citations))
        compose_text(citations, None)

    def _timed(self, step: str, work: Callable[[], _Made]) -> _Made:
        clock = Clock()
        made = work()
        self.times[step].append(clock.taken())
        return made


async def main() -> None:
    options = _options()
    live = LiveIndex(_articles_index(options.encoders), options.encoders)
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    questions = [Question.model_validate(record) for record in asked if record["answerable"]]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=Torch.load) as torch:
        async with AnswerService(live, max_waiting=1, deadline_s=60) as service:
            answered = await _answered(service, questions)  # which warms the service too
            for question in answered:
                await _encoded(torch, question)
            ours, theirs = await _in_turn(service, torch, answered, options.rounds)
    steps = Steps(live.current)
    for question in answered * options.rounds:
        steps.run(question)
    _report(len(answered), ours, theirs, steps)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answer_time", description=__doc__)
    parser.add_argument("--encoders", type=Path, default=default_home(), metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    return parser.parse_args()


def _articles_index(encoders: Path) -> Path:
    quiet = StageLines(lambda line: None)
    indexes = EvaluationIndexes(ROOT / "build/evaluation", encoders, open_current(encoders), quiet)
    return indexes.built("articles", [ROOT / "articles"])


async def _answered(service: AnswerService, questions: Sequence[Question]) -> list[Question]:
    return [
        question
        for question in questions
        if (await service.answer(question)).answer.status is Status.ANSWERED
    ]


async def _encoded(torch: ProcessPoolExecutor, question: Question) -> Taken:
    return await asyncio.wrap_future(torch.submit(Torch.encode, question.question))


async def _in_turn(
    service: AnswerService, torch: ProcessPoolExecutor, questions: Sequence[Question], rounds: int
) -> tuple[list[Taken], list[Taken]]:
    """Milliseconds of every question, ours and torch's one after the other, each first in turn."""
    ours: list[Taken] = []
    theirs: list[Taken] = []

    async def ask(question: Question) -> None:
        clock = Clock()
        await service.answer(question)
        ours.append(clock.taken())

    async def encode(question: Question) -> None:
        theirs.append(await _encoded(torch, question))

    for turn in range(rounds):
        for question in questions:
            for each in (ask, encode) if turn % 2 == 0 else (encode, ask):
                await each(question)
                await asyncio.sleep(_PAUSE_S)
    return ours, theirs


def _figures(times: Sequence[Taken], questions: int) -> tuple[float, float, float]:
    """The median, the median of each question's best and that of the processors' time. Where others
    use the machine the last two tell more, for waiting is in them least."""
    wall = [each.wall for each in times]
    best = [min(wall[place::questions]) for place in range(questions)]
    return median(wall), median(best), median(each.cpu for each in times)


def _report(count: int, ours: list[Taken], theirs: list[Taken], steps: Steps) -> None:
    answer, encoding = _figures(ours, count), _figures(theirs, count)
    rows: list[tuple[str, Sequence[float]]] = [
        ("one answer", answer),
        ("encoding with sentence-transformers", encoding),
        ("ratio", [mine / other for mine, other in zip(answer, encoding, strict=True)]),
        *((f"  {step}", _figures(times, count)) for step, times in steps.times.items()),
    ]
    cells = [[name, *(f"{value:.2f}" for value in values)] for name, values in rows]
    sys.stdout.write(f"{count} answered questions, {len(ours)} times, {usable_cores()} threads\n")
    sys.stdout.write(table(("milliseconds", "p50", "p50 of best", "p50 of CPU"), cells) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
