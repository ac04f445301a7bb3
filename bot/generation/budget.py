"""What a model may cost: so many tokens a person and day, so many tokens and so much money a day.

What a request may cost at most is counted before it is sent, and put right after it: those who ask
at the same moment never spend more together than a cap allows, and a process that is killed in
between has counted too much rather than too little. Only an endpoint that writes more than it was
allowed to can bring the count above a cap; then it is above, and the next request is refused.
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bot.domain.errors import StoreError
from bot.domain.models import Trouble
from bot.generation.errors import Cap, GenerationError, OverBudgetError
from bot.generation.ledger import MILLION, Ledger, Spent
from bot.monitoring.observer import Observer

_MOST_TOKENS = 1_000_000_000  # in one request: what says more is mistaken

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caps:
    """For a day; 0 is no cap."""

    tokens_per_user: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a million tokens, in the money that the cap is in."""

    input: float = 0.0
    output: float = 0.0


@dataclass(slots=True)
class Usage:
    """Tokens of one request, as the endpoint counts them; None while it has not told."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(slots=True)
class Spending:
    """A request. What is not known of `used` when it ends counts as it was reserved: a request
    that failed may have been paid for. One that never left is `Usage(0, 0)`."""

    used: Usage = field(default_factory=Usage)


def _utc_today() -> date:
    return datetime.now(UTC).date()


class Budget:
    """One for all who may ask; its days are UTC's."""

    def __init__(
        self,
        caps: Caps,
        prices: Prices,
        ledger: Ledger,
        observer: Observer | None = None,
        today: Callable[[], date] = _utc_today,
    ) -> None:
        self._caps, self._prices, self._ledger = caps, prices, ledger
        self._observer = observer or Observer()
        self._today = today
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def spending(
        self, asker: str, *, input_tokens: int, most_output_tokens: int
    ) -> AsyncIterator[Spending]:
        """Around one request, which reads about so many tokens and may write so many. Raises
        OverBudgetError where a cap does not allow it, and GenerationError where it cannot be
        counted."""
        day = self._today()  # a request belongs to the day on which it began
        reserved = self._priced(input_tokens, most_output_tokens)
        try:
            await self._reserve(day, asker, reserved)
        except StoreError as error:
            raise GenerationError(Trouble.BUDGET, f"not counted: {error.user_message}") from error
        spending = Spending()
        try:
            yield spending
        finally:
            used = self._priced(
                _known(spending.used.input_tokens, input_tokens),
                _known(spending.used.output_tokens, most_output_tokens),
            )
            self._observer.spent(used)
            await self._settle(day, asker, used + -reserved)

    async def _reserve(self, day: date, asker: str, wanted: Spent) -> None:
        async with self._one_at_a_time:  # between looking and counting nobody else is counted
            of_person, of_all = await self._ledger.spent(day, asker)
            cap = self._exceeded(of_person + wanted, of_all + wanted)
            if cap is not None:
                self._observer.over_budget(cap)
                raise OverBudgetError(cap)
            await self._count(day, asker, wanted)

    async def _count(self, day: date, asker: str, wanted: Spent) -> None:
        """Where the caller is cancelled meanwhile, nothing stays counted."""
        counting = asyncio.create_task(self._ledger.add(day, asker, wanted))
        try:
            await asyncio.shield(counting)
        except asyncio.CancelledError:
            await asyncio.wait([counting])
            if counting.exception() is None:  # what is not counted must not be taken back
                await self._settle(day, asker, -wanted)
            raise

    def _exceeded(self, of_person: Spent, of_all: Spent) -> Cap | None:
        caps = self._caps
        if 0 < caps.tokens_per_user < of_person.tokens:
            return Cap.TOKENS_PER_USER
        if 0 < caps.tokens < of_all.tokens:
            return Cap.TOKENS
        if 0 < caps.cost * MILLION < of_all.cost_millionths:
            return Cap.COST
        return None

    async def _settle(self, day: date, asker: str, difference: Spent) -> None:
        try:
            await self._ledger.add(day, asker, difference)
        except StoreError as error:  # what was reserved stays counted
            _log.warning("what a model has used is not counted: %s", error.user_message)

    def _priced(self, input_tokens: int, output_tokens: int) -> Spent:
        # Money a million tokens is millionths of it a token. Rounded up: never less than it was.
        cost = self._prices.input * input_tokens + self._prices.output * output_tokens
        return Spent(input_tokens, output_tokens, math.ceil(cost))


def _known(told: object, reserved: int) -> int:
    """What the endpoint tells, if that can be a number of tokens: nobody has checked it."""
    return told if isinstance(told, int) and 0 <= told <= _MOST_TOKENS else reserved
