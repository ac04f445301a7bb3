"""Access to the language model, behind a breaker, a concurrency limit, a timeout and a budget."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager

from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from bot.domain.models import Trouble
from bot.generation.backend import Backend
from bot.generation.breaker import CircuitBreaker
from bot.generation.budget import Budget
from bot.generation.errors import FAULTS, GenerationError
from bot.generation.prompts import estimated_tokens
from bot.monitoring.degradations import Degradations, Part

_FOR_A_TURN = 0.5  # share of the time limit for a slot; writing needs the rest
_INSTEAD = "Answers are quotes only until it works again; the bot tries it from time to time"


class Model:
    """Access to one endpoint, shared by all requests: a failure seen by one counts for all."""

    def __init__(
        self,
        backend: Backend,
        budget: Budget,
        *,
        timeout_s: float,
        at_once: int,
        degraded: Degradations | None = None,
    ) -> None:
        self._backend, self._budget, self._timeout_s = backend, budget, timeout_s
        self._degraded = degraded or Degradations()
        self.breaker = CircuitBreaker()
        self._turns = asyncio.Semaphore(at_once)

    @property
    def name(self) -> str:
        return self._backend.model

    @asynccontextmanager
    async def writing(
        self,
        messages: Sequence[ChatCompletionMessageParam],
        schema: type[BaseModel],
        most_tokens: int,
        *,
        asker: str | None,
        within_s: float | None = None,
    ) -> AsyncIterator[AsyncIterator[str]]:
        """Send a request, charge `asker` for it, and yield the pieces of text as the model writes
        them. Read the pieces inside the block. The block has `within_s` seconds (default: the
        model's timeout); at most half of it is spent waiting for a slot. Raises GenerationError;
        one raised by the block counts as a failure of the request."""
        time_s = self._timeout_s if within_s is None else within_s
        with self._watched(), self.breaker.guard():
            async with (
                self._turn(time_s * _FOR_A_TURN),
                _in_time(time_s),
                self._budget.spending(
                    asker or "",
                    input_tokens=estimated_tokens(messages),
                    most_output_tokens=most_tokens,
                ) as spending,
                aclosing(
                    self._backend.stream(messages, schema, most_tokens, spending.used)
                ) as pieces,
            ):
                yield pieces

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Mark the model as degraded while the breaker is open; clear the mark after a success."""
        try:
            yield
        except GenerationError as error:
            if self.breaker.is_open and error.reason in FAULTS:
                self._degraded.set(Part.MODEL, f"The model fails: {error}. {_INSTEAD}")
            raise
        self._degraded.clear(Part.MODEL)

    @asynccontextmanager
    async def _turn(self, within_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(within_s):
                await self._turns.acquire()
        except TimeoutError:
            raise GenerationError(Trouble.BUSY) from None
        try:
            yield
        finally:
            self._turns.release()


@asynccontextmanager
async def _in_time(time_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(time_s):
            yield
    except TimeoutError:
        raise GenerationError(Trouble.SLOW) from None
