"""Time of each step of a question, from methods of some classes that are timed while questions
run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from statistics import median
from time import perf_counter
from types import FunctionType, ModuleType
from typing import Any
from unittest.mock import patch

from bot.answering.ranking import evidence
from index.encoder import encoder
from index.stores import dense, lexical, text_store

# Module whose classes do each step. A call from one step into another counts for the caller.
STEPS: dict[str, ModuleType] = {
    "encode": encoder,
    "dense": dense,
    "lexical": lexical,
    "texts": text_store,
    "rank": evidence,
}
REST = "rest"


class Stopwatch:
    """Seconds of each step since the last question."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STEPS, 0.0)
        self._running = False

    def timed(self, step: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._running:
                return method(*args, **kwargs)
            self._running, started = True, perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self.seconds[step] += perf_counter() - started
                self._running = False

        return call


def step_times(ask: Callable[[str], Any], questions: Sequence[str]) -> dict[str, float]:
    """Return the median milliseconds of each step; the rest is the time outside all steps."""
    times: dict[str, list[float]] = {name: [] for name in (*STEPS, REST)}
    watch = Stopwatch()
    with _watched(watch):
        for question in questions:
            watch.seconds = dict.fromkeys(STEPS, 0.0)
            started = perf_counter()
            ask(question)
            whole = perf_counter() - started
            for step, seconds in watch.seconds.items():
                times[step].append(seconds * 1000)
            times[REST].append((whole - sum(watch.seconds.values())) * 1000)
    return {step: round(median(taken), 4) for step, taken in times.items()}


@contextmanager
def _watched(watch: Stopwatch) -> Iterator[None]:
    """Time the public methods of the steps' classes until the block ends."""
    methods = [
        (step, owner, name, method)
        for step, module in STEPS.items()
        for owner in vars(module).values()
        if isinstance(owner, type) and owner.__module__ == module.__name__
        for name, method in vars(owner).items()
        if isinstance(method, FunctionType) and not name.startswith("_")
    ]
    with ExitStack() as patches:
        for step, owner, name, method in methods:
            patches.enter_context(patch.object(owner, name, watch.timed(step, method)))
        yield
