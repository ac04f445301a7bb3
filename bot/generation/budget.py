"""Budget of a model: tokens per person and day, tokens per day, and cost per day.

The maximum cost of a request is reserved before it is sent, and corrected afterwards. Requests at
the same moment therefore never exceed a cap together. A process that is killed in between has
counted too much rather than too little. Only an endpoint that writes more than it was allowed to
can push the count above a cap; the next request is then refused.
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
from bot.domain.spending import MILLION, Cap, Spent
from bot.generation.errors import GenerationError, OverBudgetError
from bot.generation.ledger import Ledger
from bot.monitoring.observer import Observer

_MOST_TOKENS = 1_000_000_000  # per request; a larger report is an error

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caps:
    """Caps on one day's spending; 0 means no cap."""

    tokens_per_user: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices per million tokens, in the currency of the cost cap."""

    input: float = 0.0
    output: float = 0.0


@dataclass(slots=True)
class Usage:
    """Tokens of one request, as the endpoint counts them; None until it reports them."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(slots=True)
class Spending:
    """Spending of one request. Tokens that `used` lacks at the end count as reserved, because a
    failed request may have been billed. A request that was never sent has `Usage(0, 0)`."""

    used: Usage = field(default_factory=Usage)


def _utc_today() -> date:
    return datetime.now(UTC).date()


class Budget:
    """Budget shared by all who ask; its days are in UTC."""

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
        """Reserve the maximum cost of one request, and record its real cost after the block. Raises
        OverBudgetError if a cap does not allow the request, and GenerationError if the ledger
        fails."""
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
        async with self._one_at_a_time:  # check and count are one step
            of_person, of_all = await self._ledger.spent(day, asker)
            cap = self._exceeded(of_person + wanted, of_all + wanted)
            if cap is not None:
                self._observer.over_budget(cap)
                raise OverBudgetError(cap)
            await self._count(day, asker, wanted)

    async def _count(self, day: date, asker: str, wanted: Spent) -> None:
        """Count the amount; take it back if the caller is cancelled meanwhile."""
        counting = asyncio.create_task(self._ledger.add(day, asker, wanted))
        try:
            await asyncio.shield(counting)
        except asyncio.CancelledError:
            await asyncio.wait([counting])
            if counting.exception() is None:  # only a counted amount is taken back
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
            _log.warning("the use of a model is not counted: %s", error.user_message)

    def _priced(self, input_tokens: int, output_tokens: int) -> Spent:
        # A price per million tokens equals millionths per token. Round up: never below the cost.
        cost = self._prices.input * input_tokens + self._prices.output * output_tokens
        return Spent(input_tokens, output_tokens, math.ceil(cost))


def _known(told: object, reserved: int) -> int:
    """Return the reported tokens if they are a plausible number, else the reserved ones."""
    return told if isinstance(told, int) and 0 <= told <= _MOST_TOKENS else reserved
