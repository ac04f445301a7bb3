"""Wiring: which pieces make the service, from the settings. Only this module knows them all."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.answering.judge.model import load_judge_ahead
from bot.config.settings import Settings
from bot.domain.errors import SettingsError
from bot.generation.ledger import Ledger, MemoryLedger
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.observer import Observer
from bot.serving.service import AnswerService
from index.generations.live import LiveIndex

if TYPE_CHECKING:
    from bot.generation.rewriter import Rewriter
    from bot.generation.writer import Writer


def open_live_index(settings: Settings, degraded: Degradations | None = None) -> LiveIndex:
    """The index that answers, with its encoder; where it is not the current generation, that is
    told once."""
    load_judge_ahead()
    live = LiveIndex(settings.index, settings.encoders)
    if live.degraded:
        (degraded or Degradations()).set(Part.INDEX, live.degraded)
    return live


@asynccontextmanager
async def open_service(
    settings: Settings,
    live: LiveIndex,
    observer: Observer | None = None,
    ledger: Ledger | None = None,
    degraded: Degradations | None = None,
) -> AsyncIterator[AnswerService]:
    """A running service over `live`, with the model that the settings name, if they do; what that
    costs is kept in the ledger, or in memory."""
    async with AsyncExitStack() as opened:
        writer = rewriter = None
        if settings.llm_model:
            writer, rewriter = await opened.enter_async_context(
                _open_writers(settings, ledger or MemoryLedger(), observer, degraded)
            )
        service = AnswerService(
            live,
            max_waiting=settings.max_waiting,
            max_wait_s=settings.max_wait_s,
            deadline_s=settings.deadline_s,
            observer=observer,
            writer=writer,
            rewriter=rewriter,
        )
        yield await opened.enter_async_context(service)


def _open_writers(
    settings: Settings,
    ledger: Ledger,
    observer: Observer | None,
    degraded: Degradations | None,
) -> AbstractAsyncContextManager[tuple["Writer", "Rewriter | None"]]:
    try:
        # Here: the client takes half a second, and who has no model need not have it.
        from bot.generation.setup import open_writers
    except ImportError as error:
        raise SettingsError(
            f"llm_model is set, and the client for models cannot be loaded ({error}): "
            "pip install -c constraints.txt '.[llm]'"
        ) from error
    return open_writers(settings, ledger, observer, degraded)
