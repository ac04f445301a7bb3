"""Wiring: which pieces make the service, from the settings. Only this module knows them all."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.generation.budget import Budget, Caps, Prices
from bot.generation.ledger import Ledger
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.observer import Observer
from bot.service import AnswerService
from bot.settings import Settings
from index.live import LiveIndex


def open_live_index(settings: Settings, degraded: Degradations | None = None) -> LiveIndex:
    """The index that answers, with its encoder; where it is not the current generation, that is
    told once."""
    live = LiveIndex(settings.index, settings.encoders)
    if live.degraded:
        (degraded or Degradations()).set(Part.INDEX, live.degraded)
    return live


def budget_of(settings: Settings, ledger: Ledger, observer: Observer | None = None) -> Budget:
    """What a model may cost, counted in this ledger."""
    caps = Caps(
        tokens_per_user=settings.llm_tokens_per_user_per_day,
        tokens=settings.llm_tokens_per_day,
        cost=settings.llm_cost_per_day,
    )
    prices = Prices(settings.llm_price_input, settings.llm_price_output)
    return Budget(caps, prices, ledger, observer)


@asynccontextmanager
async def open_service(
    settings: Settings, live: LiveIndex, observer: Observer | None = None
) -> AsyncIterator[AnswerService]:
    """A running service over `live`, with the model that the settings name, if they do."""
    async with AsyncExitStack() as opened:
        writer = None
        if settings.llm_model:
            from bot.generation.opening import open_writer  # its client takes half a second

            writer = await opened.enter_async_context(open_writer(settings))
        service = AnswerService(
            live,
            max_waiting=settings.max_waiting,
            max_wait_s=settings.max_wait_s,
            deadline_s=settings.deadline_s,
            observer=observer,
            writer=writer,
        )
        yield await opened.enter_async_context(service)
