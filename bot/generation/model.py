"""The model as all that is written asks it: past the breaker, in turn, in time, and paid for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from bot.generation.backend import Backend
from bot.generation.breaker import CircuitBreaker
from bot.generation.budget import Budget
from bot.generation.errors import GenerationError, Trouble
from bot.generation.prompting import estimated_tokens

_FOR_A_TURN = 0.5  # of the time that there is: what is written needs the rest


class Model:
    """One for all that is written: what one request learns of the endpoint counts for all."""

    def __init__(self, backend: Backend, budget: Budget, *, timeout_s: float, at_once: int) -> None:
        self._backend, self._budget, self._timeout_s = backend, budget, timeout_s
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
        """The pieces of what it writes, at the asker's cost, to be read within the block and the
        time. Raises GenerationError; one that the block raises counts as the request's."""
        time_s = self._timeout_s if within_s is None else within_s
        with self.breaker.guard():
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
