"""Wiring of the service from the settings; the only module that knows all its parts."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.answering.judge.model import load_judge_ahead
from bot.answering.models_ahead import ModelsAhead
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


def open_live_index(
    settings: Settings,
    degraded: Degradations | None = None,
    *,
    models: ModelsAhead | None = None,
) -> LiveIndex:
    """Open the index and its encoder, and start loading the judge in the background, unless
    `models` are being loaded already.

    Reports Part.INDEX as degraded if an older generation answers in place of the current one, also
    if damage is found later."""
    if models is None:
        load_judge_ahead()
    report = partial((degraded or Degradations()).set, Part.INDEX)
    live = LiveIndex(
        settings.open_index(), settings.encoders, report, models.encoder if models else None
    )
    if live.degraded:
        report(live.degraded)
    return live


@asynccontextmanager
async def open_service(
    settings: Settings,
    live: LiveIndex,
    observer: Observer | None = None,
    ledger: Ledger | None = None,
    degraded: Degradations | None = None,
) -> AsyncIterator[AnswerService]:
    """Run a service over `live` while the block lasts, with the model that the settings name.

    `ledger` records what the model costs; the default keeps it in memory. Raises SettingsError if
    `llm_model` is set but its client cannot be imported."""
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
        # Imported on demand: the client takes 0.5 s and is not installed without the llm extra.
        from bot.generation.setup import open_writers
    except ImportError as error:
        raise SettingsError(
            f"llm_model is set, but the client for models cannot be loaded ({error}). Install it "
            "with: pip install -c constraints.txt '.[llm]'"
        ) from error
    return open_writers(settings, ledger, observer, degraded)
