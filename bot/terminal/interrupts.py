"""Ctrl-C in the REPL: it cancels the current answer, never the program."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

_Result = TypeVar("_Result")


class InterruptedByUserError(Exception):
    """The user cancelled the current work with Ctrl-C."""


class Interrupts:
    """Context manager that handles SIGINT on the running event loop.

    Ctrl-C cancels the work inside `guard` and does nothing outside it. At the prompt, Ctrl-C is a
    key press and not a signal."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None
        self._pressed = False

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._before = signal.getsignal(signal.SIGINT)
        self._loop.add_signal_handler(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, self._before)

    async def guard(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Return the result of the work. Raises InterruptedByUserError if Ctrl-C cancels it."""
        task = asyncio.create_task(work)
        self._pressed, self._task = False, task
        try:
            return await task
        except asyncio.CancelledError:
            if self._pressed:
                raise InterruptedByUserError from None
            task.cancel()
            raise
        finally:
            self._task = None

    def _interrupt(self) -> None:
        if self._task:
            self._pressed = True
            self._task.cancel()
