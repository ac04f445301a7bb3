"""Courtesy of a build to the questions that are answered meanwhile."""

import time
from collections.abc import Callable

from index.progress import Progress

IsBusy = Callable[[], bool]

# Nice value of a rebuild: people wait for answers, which have 10. It is not the highest: a thread
# that hardly runs would keep the interpreter's lock, for which all others wait.
NICE = 15
_POLL_S = 0.002
_MOST_WAITING = 2.0  # times the work: a build under constant load takes three times as long


class YieldingProgress:
    """Progress listener that passes calls on, and waits at each step while questions are computed.

    A build shares the cores and the interpreter's lock with the answers. Its steps take some
    milliseconds, so a question waits that long at most."""

    def __init__(
        self,
        listener: Progress,
        is_busy: IsBusy,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make the listener; `is_busy` is called from the build's thread."""
        self._listener, self._is_busy = listener, is_busy
        self._clock, self._sleep = clock, sleep
        self._began, self._waited_s = clock(), 0.0

    def start(self, stage: str, total: int | None) -> None:
        self._listener.start(stage, total)
        self._give_way()

    def advance(self, steps: int) -> None:
        self._listener.advance(steps)
        self._give_way()

    def _give_way(self) -> None:
        began = self._clock()
        worked_s = began - self._began - self._waited_s
        left_s = _MOST_WAITING * worked_s - self._waited_s
        while self._is_busy() and self._clock() - began < left_s:
            self._sleep(_POLL_S)
        self._waited_s += self._clock() - began
