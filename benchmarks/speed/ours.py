"""dealbot as systems under test: its whole path to an answer, and retrieval without the learned
ranker."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.peers.protocol import TOP
from benchmarks.speed.input_size import reading
from benchmarks.speed.steps import step_times
from benchmarks.speed.system import System
from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement, Window
from bot.answering.judge.model import JudgeModel, load_judge
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Question
from bot.serving.service import AnswerService
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveIndex
from index.retrieval import Searcher
from index.stores.text_store import StoredSentence

_BATCH = 32  # questions in a batch of the service
_SURE = 5.0  # log-odds
Place = tuple[str, int, int]  # a sentence: article, start, end


class Dealbot(System):
    """Base of dealbot's systems: the index and its build."""

    packages = ("dealbot",)
    own_folders = ("bot", "index", "prompts")

    def build(self, corpus: str, folder: str, full: bool = True) -> dict[str, float]:
        """Build the index. Return the seconds from opening the encoder to the published index, the
        number of sentences whose vectors were reused, and the memory."""
        # Imported here: the memory of a process that only answers is measured too.
        from bot.terminal.progress import StageLines
        from index.building.build import BuildOptions, build_index

        quiet = StageLines(lambda line: None)
        started = perf_counter()
        encoder = open_current(default_home())
        report = build_index([Path(corpus)], Path(folder), encoder, quiet, BuildOptions(full=full))
        took = perf_counter() - started
        return {"seconds": took, "reused": report.reused, **self.memory()}

    def open(self, folder: str) -> float:
        """Open the index and return the seconds, checksums and encoder included."""
        started = perf_counter()
        self._live = LiveIndex(Path(folder), default_home())
        return perf_counter() - started

    def ranked(self, question: str) -> list[Place]:
        """Return the best sentences, best first."""
        raise NotImplementedError

    def steps(self, questions: Sequence[str]) -> dict[str, float]:
        """Return the median milliseconds of each step of a question."""
        return step_times(self.ask_one, questions)

    def found(self, known: Sequence[dict[str, Any]]) -> dict[str, float]:
        """Return the shares of questions whose known sentence comes first, and is among the first
        ten."""
        places = [(each["article_id"], each["start"], each["end"]) for each in known]
        ranked = [self.ranked(each["question"])[:TOP] for each in known]
        pairs = list(zip(places, ranked, strict=True))
        first = sum(found[:1] == [place] for place, found in pairs)
        return {
            "first": first / len(pairs),
            "in_ten": sum(place in found for place, found in pairs) / len(pairs),
        }


class Retrieval(Dealbot):
    """Retrieval alone: sentences as ranked by the fusion of dense and lexical scores."""

    def __init__(self) -> None:
        self._searcher = Searcher()

    def ask_one(self, question: str) -> list[StoredSentence]:
        live = self._live.current
        return self._searched(question, live.encoder.encode_queries([question])[0])

    def ranked(self, question: str) -> list[Place]:
        return [(each.article.id, each.start, each.end) for each in self.ask_one(question)]

    def crowd(self, questions: Sequence[str], askers: int) -> float:
        """Answer the questions in the batches that so many askers would give a service: encoded
        together, then searched. Return the seconds."""
        self.ask_one(questions[0])
        encoder, size = self._live.current.encoder, min(askers, _BATCH)
        asked = questions[askers:]
        started = perf_counter()
        for first in range(0, len(asked), size):
            batch = asked[first : first + size]
            for question, vector in zip(batch, encoder.encode_queries(batch), strict=True):
                self._searched(question, vector)
        return perf_counter() - started

    def _searched(self, question: str, vector: Any) -> list[StoredSentence]:
        generation = self._live.current.generation
        hits = self._searcher.search_sentences(generation, question, vector, TOP)
        return [hit.sentence for hit in hits]


class Answers(Dealbot):
    """Path of a question through the program, learned ranker included."""

    def __init__(self) -> None:
        self._answerer = QuestionAnswerer()

    def ask_one(self, question: str) -> Any:
        live = self._live.current
        return self._answerer.answer(
            live, self._answerer.encode(live, [Question(question=question)])[0]
        )

    def ranked(self, question: str) -> list[Place]:
        sentences = [each.hit.sentence for each in self.ask_one(question).ranked]
        return [(each.article.id, each.start, each.end) for each in sentences]

    def reading(self, questions: Sequence[str]) -> dict[str, float]:
        """Count the windows that the judge reads for a question, and their tokens."""
        return reading(
            self.ask_one, questions, JudgeModel, "read", lambda layout: [len(layout.ids)]
        )

    def crowd(self, questions: Sequence[str], askers: int) -> float:
        """Ask through the service and return the seconds; each asker asks again as soon as it has
        an answer."""
        return asyncio.run(self._crowd(questions, askers))

    async def _crowd(self, questions: Sequence[str], askers: int) -> float:
        asked = iter(questions[askers:])
        async with AnswerService(self._live, max_waiting=askers, deadline_s=600) as service:

            async def ask() -> None:
                for question in asked:
                    await service.answer(Question(question=question))

            await service.answer(Question(question=questions[0]))
            started = perf_counter()
            async with asyncio.TaskGroup() as group:
                for _ in range(askers):
                    group.create_task(ask())
            return perf_counter() - started


class Unjudged(Answers):
    """Same path without the judge: the cheap ranker alone orders the sentences."""

    def __init__(self) -> None:
        super().__init__()
        self._answerer.ranker.judge = _Unread(load_judge())


class _Unread(Judge):
    """Judge that rates every candidate alike, high enough for an answer, without reading it."""

    def judge(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        alike = Judgement(_SURE, _SURE, -_SURE, None, 0.0)
        return [[alike] * len(window.candidates) for window in windows]

    def tokens_in(self, text: str) -> int:
        """Skip tokenizing too: it is part of the judge's cost."""
        return 0
