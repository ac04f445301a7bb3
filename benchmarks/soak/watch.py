"""Watch for silent failures: errors in the log, uncaught exceptions, growing memory."""

import asyncio
import gc
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import mean
from typing import Any

# discord.py logs each reconnect it will try as an error, with the cause of the lost connection.
_EXPECTED = "Attempting a reconnect"
_KEPT = 5
_GROWTH = 0.02


class Watch(logging.Handler):
    """Log handler that counts errors, warnings and uncaught exceptions of the event loop, of
    threads and of the interpreter. It keeps the texts of the first five."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.ERROR:
            self.warnings[f"{record.name}: {record.msg}"] += 1
        elif _EXPECTED in str(record.msg):
            self.counts["reconnects told by discord.py"] += 1
        else:
            self._note("errors", logging.Formatter().format(record))

    def on_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._note("uncaught", f"{context.get('message')}: {context.get('exception')!r}")

    def on_hook(self, args: Any) -> None:
        self._note("uncaught", f"{args.exc_type}: {args.exc_value!r}")

    def _note(self, kind: str, text: str) -> None:
        self.counts[kind] += 1
        if len(self.told) < _KEPT:
            self.told.append(f"{kind}: {text}")


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch the log and the running event loop until the block ends. Call it inside the loop."""
    watch, loop, root = Watch(), asyncio.get_running_loop(), logging.getLogger()
    before = loop.get_exception_handler(), threading.excepthook, sys.unraisablehook
    loop.set_exception_handler(watch.on_loop)
    threading.excepthook = sys.unraisablehook = watch.on_hook
    root.addHandler(watch)
    try:
        yield watch
        gc.collect()  # a failed task that was never awaited reports its error when it is freed
    finally:
        root.removeHandler(watch)
        loop.set_exception_handler(before[0])
        threading.excepthook, sys.unraisablehook = before[1:]


def growth(samples_mb: Sequence[float]) -> float:
    """Return the growth from the second third of the samples to the last, as a share. The first
    third is warm-up."""
    third = max(1, len(samples_mb) // 3)
    return mean(samples_mb[-third:]) / mean(samples_mb[third:-third] or samples_mb[:1]) - 1


def is_flat(samples_mb: Sequence[float]) -> bool:
    return growth(samples_mb) < _GROWTH
