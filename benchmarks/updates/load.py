"""Answers to many people while the sources are updated, beside answers without updates."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.updates.site import (
    Newsroom,
    first_update,
    newsroom,
    opened_sources,
    settings_in,
)
from bot.app import open_live_index, open_service
from bot.commands.run import SWITCH_S
from bot.config.settings import Settings
from bot.domain.errors import ServiceBusyError
from bot.domain.models import Answer, Question
from bot.rebuild.publication_events import Publication
from bot.rebuild.rebuilder import Rebuilder
from bot.serving.service import AnswerService
from index.errors import ExpectedError
from index.generations.live import LiveGeneration
from index.progress import NoProgress

GOAL = 1.5  # times the 95th percentile without updates
_KEPT = 10  # generations whose answers may still come

Record = dict[str, Any]


@dataclass(slots=True)
class Answers:
    """Answers of one phase: their times, and how many were lost, torn or of two generations.
    Refused are those that the service turned away in words because it had too much to do."""

    took_ms: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def figures(self) -> Record:
        times = np.array(self.took_ms or [np.nan])
        return {
            "answered": len(self.took_ms),
            **{f"p{q}_ms": round(float(np.percentile(times, q)), 1) for q in (50, 95, 99)},
            **{name: self.faults[name] for name in ("refused", "lost", "torn", "mixed")},
        }


async def measure_load(articles: int, seconds: float, people: int, pause_s: float) -> Record:
    """Ask for so many seconds without updates, with one update a second, and without again.

    Each of the people asks, waits for the answer, and pauses for `pause_s` seconds on average."""
    sys.setswitchinterval(SWITCH_S)
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        async with newsroom(articles) as room:
            await first_update(room, settings)
            return await _measure(room, settings, seconds, people, pause_s)


async def _measure(
    room: Newsroom, settings: Settings, seconds: float, people: int, pause_s: float
) -> Record:
    live = open_live_index(settings)
    generations = {live.current.generation.id: live.current}
    async with (
        open_service(settings, live) as service,
        Rebuilder(live, settings, is_busy=lambda: service.stalled_s > 0) as rebuilder,
    ):
        rebuilder.on_published.add(_remembering(generations))
        crowd = _Crowd(service, generations, _questions(room), people, pause_s)
        before = await crowd.ask_for(seconds)
        updating = asyncio.create_task(_keep_updating(room, settings, rebuilder))
        during = await crowd.ask_for(seconds)
        updating.cancel()
        updates = await _count_of(updating)
        after = await crowd.ask_for(seconds)
    quiet = (before.figures()["p95_ms"] + after.figures()["p95_ms"]) / 2
    return {
        "articles": articles_of(room),
        "people": people,
        "pause_s": pause_s,
        "seconds": seconds,
        "updates": updates,
        "before": before.figures(),
        "during": during.figures(),
        "after": after.figures(),
        "p95_times": round(during.figures()["p95_ms"] / quiet, 2),
        "goal": GOAL,
    }


def articles_of(room: Newsroom) -> int:
    """Return the number of articles in the feed."""
    return len(room.site.stories)


def _remembering(generations: dict[str, LiveGeneration]) -> Any:
    async def listener(publication: Publication) -> None:
        generations[publication.after.generation.id] = publication.after
        for old in list(generations)[:-_KEPT]:
            del generations[old]

    return listener


def _questions(room: Newsroom) -> Iterator[str]:
    asked = [each.question for article in room.articles.values() for each in article.questions]
    Random(7).shuffle(asked)
    return cycle(asked)


_updates = Counter[str]()


async def _keep_updating(room: Newsroom, settings: Settings, rebuilder: Rebuilder) -> None:
    """Change an article and update every second, or as soon as the update before has ended."""
    _updates.clear()

    async def build() -> str:
        return (await rebuilder.rebuild(NoProgress())).report.manifest.id

    async with opened_sources(settings, build) as sources:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 1
            room.correct(1)
            outcome = await sources.update()
            _updates["published" if outcome.generation else "failed"] += 1
            await asyncio.sleep(max(0, due - loop.time()))


async def _count_of(updating: "asyncio.Task[None]") -> Record:
    """Wait for the end of the updates, and return how many there were. Raises their bug."""
    await asyncio.wait([updating])
    if not updating.cancelled() and (error := updating.exception()):
        raise error
    return dict(_updates)


@dataclass(slots=True)
class _Crowd:
    """People who ask a service. `generations` are those that may answer."""

    service: AnswerService
    generations: dict[str, LiveGeneration]
    questions: Iterator[str]
    people: int
    pause_s: float

    async def ask_for(self, seconds: float) -> Answers:
        """Let all people ask for so many seconds."""
        answers, ends = Answers(), perf_counter() + seconds
        async with asyncio.TaskGroup() as group:
            for person in range(self.people):
                group.create_task(self._person(person, answers, ends))
        return answers

    async def _person(self, person: int, answers: Answers, ends: float) -> None:
        random = Random(person)
        await asyncio.sleep(random.uniform(0, min(self.pause_s, ends - perf_counter())))
        while perf_counter() < ends:
            asked = perf_counter()
            try:
                question = Question(question=next(self.questions))
                receipt = await self.service.answer(question, asker=str(person))
            except ServiceBusyError:
                answers.faults["refused"] += 1
            except ExpectedError as error:
                answers.faults["lost"] += 1
                sys.stderr.write(f"lost: {error}\n")
            else:
                answers.took_ms.append((perf_counter() - asked) * 1000)
                self._check(receipt.answer, answers)
            left_s = max(0.0, ends - perf_counter())
            await asyncio.sleep(min(left_s, random.expovariate(1 / self.pause_s)))

    def _check(self, answer: Answer, answers: Answers) -> None:
        """Count an answer as mixed if a quote is not in its generation, and as torn if that
        generation was never published."""
        generation = self.generations.get(answer.generation)
        if generation is None:
            answers.faults["torn"] += 1
            return
        texts = generation.generation.texts
        for citation in (*answer.citations, *answer.closest):
            article = texts.find_article(citation.article_id)
            text = texts.article_text(article) if article else ""
            if text[citation.start : citation.end] != citation.quote:
                answers.faults["mixed"] += 1
                return
