"""The task that delivers what follows from an update: messages about watches, and notes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.discord.answer_notes import show_notes
from bot.discord.client import DealbotClient
from bot.discord.watches import deliver_watches
from bot.domain.errors import ServiceClosedError, StoreError
from bot.monitoring.bugs import log_bug

_RETRY_S, _HOUR_S = 60.0, 3600.0

_log = logging.getLogger(__name__)


async def deliver_follow_ups(client: DealbotClient) -> None:
    """Deliver what waits whenever an update brings something, and every hour. Runs until it is
    cancelled."""
    watcher, corrections = client.runtime.follow_ups.watcher, client.runtime.follow_ups.corrections
    async with asyncio.TaskGroup() as group:
        group.create_task(_repeat(watcher.changed, lambda: _watches(client)))
        group.create_task(_repeat(corrections.found, lambda: show_notes(client)))


async def _watches(client: DealbotClient) -> bool:
    """Ask again what an earlier update could not, end what has expired, and send what waits."""
    await client.runtime.follow_ups.watcher.ask_again()
    return await deliver_watches(client)


async def _repeat(event: asyncio.Event, deliver: Callable[[], Awaitable[bool]]) -> None:
    """Deliver now and after each event. What fails is tried again after a minute."""
    while True:
        event.clear()
        done = await _try(deliver)
        try:
            async with asyncio.timeout(_HOUR_S if done else _RETRY_S):
                await event.wait()
        except TimeoutError:
            continue


async def _try(deliver: Callable[[], Awaitable[bool]]) -> bool:
    """Run a delivery. It is a surface of its own, so its bugs end here, in the log."""
    try:
        return await deliver()
    except (StoreError, ServiceClosedError) as error:
        _log.warning("what follows from an update is delivered later: %r", error)
    except Exception as error:
        log_bug(_log, error, "bug %s while delivering what follows from an update")
    return False
