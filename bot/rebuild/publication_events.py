"""Listeners that run after a new generation has begun to answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.monitoring.bugs import log_bug
from index.errors import ExpectedError
from index.generations.live import LiveGeneration

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Publication:
    """Generation that answers from now on, and the one that answered before. `before` is None at
    the start of the program."""

    before: LiveGeneration | None
    after: LiveGeneration


Listener = Callable[[Publication], Awaitable[None]]


class PublicationEvents:
    """Listeners of publications. They run one after another in a task of their own, so that neither
    rebuilds nor answers wait for them. Publications that arrive meanwhile are merged into one."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._pending: Publication | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, listener: Listener) -> None:
        """Call `listener` after every later publication. If it raises, the error is logged, and the
        other listeners still run."""
        self._listeners.append(listener)

    def announce(self, publication: Publication) -> None:
        """Run the listeners soon; return at once. Call it on the event loop."""
        before = self._pending.before if self._pending else publication.before
        self._pending = Publication(before, publication.after)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="publication")

    async def settled(self) -> None:
        """Wait until the listeners have seen every publication."""
        if self._task:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Cancel what still runs. Listeners must be able to go on after a restart."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while publication := self._pending:
            self._pending = None
            for listener in self._listeners:
                await _call(listener, publication)


async def _call(listener: Listener, publication: Publication) -> None:
    """Call a listener. It is a surface of its own, so every failure ends here, in the log."""
    try:
        await listener(publication)
    except ExpectedError as error:
        _log.warning("a listener of new generations failed: %r", error)
    except Exception as error:
        log_bug(_log, error, "bug %s in a listener of new generations")
