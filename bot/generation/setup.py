"""Construction of the model, its writer, its rewriter and its budget from the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config.settings import Settings
from bot.generation.backend import Backend
from bot.generation.budget import Budget, Caps, Prices
from bot.generation.ledger import Ledger
from bot.generation.model import Model
from bot.generation.rewriter import Rewriter
from bot.generation.writer import Writer
from bot.monitoring.degradations import Degradations
from bot.monitoring.observer import Observer

_REWRITING_SHARE = 0.25  # share of the model's timeout; the asker has nothing to read meanwhile


def open_backend(settings: Settings) -> Backend:
    """Create the client of the endpoint. It sends nothing before the first question."""
    return Backend(
        settings.llm_base_url, settings.llm_model, settings.llm_api_key, settings.llm_timeout_s
    )


@asynccontextmanager
async def open_writers(
    settings: Settings,
    ledger: Ledger,
    observer: Observer | None = None,
    degraded: Degradations | None = None,
) -> AsyncIterator[tuple[Writer, Rewriter | None]]:
    """Yield the writer of answers, and the rewriter of follow-ups or None if the settings disable
    it. Both use the same model."""
    async with open_backend(settings) as backend:
        model = Model(
            backend,
            budget_of(settings, ledger, observer),
            timeout_s=settings.llm_timeout_s,
            at_once=settings.llm_at_once,
            degraded=degraded,
        )
        async with (
            Writer(model) as writer,
            Rewriter(model, settings.llm_timeout_s * _REWRITING_SHARE) as rewriter,
        ):
            yield writer, rewriter if settings.llm_rewrites else None


def budget_of(settings: Settings, ledger: Ledger, observer: Observer | None = None) -> Budget:
    """Build the model's budget from the settings; `ledger` records what is spent."""
    caps = Caps(
        tokens_per_user=settings.llm_tokens_per_user_per_day,
        tokens=settings.llm_tokens_per_day,
        cost=settings.llm_cost_per_day,
    )
    prices = Prices(settings.llm_price_input, settings.llm_price_output)
    return Budget(caps, prices, ledger, observer)
