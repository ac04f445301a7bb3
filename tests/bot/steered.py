"""A service whose compute thread waits at a gate and fails on demand, so that events steer the
load."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.answering.receipt import Receipt
from bot.domain.callbacks import OnWait
from bot.domain.models import Question
from bot.serving.service import AnswerService
from index.encoder.encoder import Encoder, Vectors
from index.generations.live import LiveGeneration, LiveIndex
from tests.hang_guard import HANG_S


class SteeredEncoder:
    """The real encoder with controls. It records its batches, waits while its gate is closed, and
    fails on questions that contain certain words. With `closes_again` an opened gate lets one batch
    through."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.id = encoder.id
        self.batches: list[list[str]] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.closes_again = False

    def encode_queries(self, texts: Sequence[str]) -> Vectors | list[Vectors]:
        self.batches.append(list(texts))
        self.entered.release()
        if not self.gate.wait(HANG_S):
            raise TimeoutError("no one opened the gate")
        if self.closes_again:
            self.gate.clear()
        if any("unencodable" in text for text in texts):
            raise ValueError("the encoder cannot do this")
        vectors = self._encoder.encode_queries(texts)
        # A vector of the wrong length passes the encoding and breaks the search.
        return [
            vector[:7] if "unsearchable" in text else vector
            for text, vector in zip(texts, vectors, strict=True)
        ]


class SteeredIndex(LiveIndex):
    """The real index with the steered encoder."""

    def __init__(self, index: Path, encoders: Path) -> None:
        super().__init__(index, encoders)
        self.encoder = SteeredEncoder(super().current.encoder)

    @property
    def current(self) -> LiveGeneration:
        return LiveGeneration(super().current.generation, self.encoder)  # type: ignore[arg-type]


def service_of(
    live: LiveIndex, *, max_waiting: int = 500, deadline_s: float = 10 * HANG_S, drain_s: float = 0
) -> AnswerService:
    return AnswerService(live, max_waiting=max_waiting, deadline_s=deadline_s, drain_s=drain_s)


async def asking(
    service: AnswerService,
    text: str,
    name: str = "",
    *,
    asker: str | None = None,
    on_wait: OnWait | None = None,
) -> asyncio.Task[Receipt]:
    """Ask a question and return its task once the question is in the service's queue."""
    question = Question(question=text, id=name)
    task = asyncio.create_task(service.answer(question, asker=asker, on_wait=on_wait))
    await asyncio.sleep(0)  # lets the task run until it waits for its answer
    return task


@asynccontextmanager
async def at_work(
    service: AnswerService, live: SteeredIndex
) -> AsyncIterator[asyncio.Task[Receipt]]:
    """Keep the compute thread inside a batch of one question during the block; yield that
    question's task."""
    live.encoder.gate.clear()
    first = await asking(service, "What comes first?", "first")
    assert await asyncio.to_thread(live.encoder.entered.acquire, timeout=HANG_S)
    try:
        yield first
    finally:
        live.encoder.gate.set()


class Clock:
    """A clock that moves only when the test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
