"""Circuit breaker for the endpoint (M. Nygard, "Release It!", ch. 5).

The implementation is our own. No library lets only a single request test whether the endpoint works
again: with a model that hangs, all requests at that moment would wait for it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.domain.models import Trouble
from bot.generation.errors import FAULTS, GenerationError

_FAILURES = 3  # in a row
_PAUSE_S, _LONGEST_PAUSE_S = 15.0, 300.0


class CircuitBreaker:
    """Breaker that opens after three failures in a row and refuses all requests for 15 seconds.
    Then one trial request decides: a success closes the breaker, a failure doubles the pause, up to
    300 seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause_s = _PAUSE_S
        self._open_until = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        return self._failures >= _FAILURES

    @property
    def resting_s(self) -> float:
        """Seconds until the next trial request may pass; 0 if the breaker is closed."""
        return max(0.0, self._open_until - self._clock()) if self.is_open else 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Guard one request. Raises GenerationError at once if the breaker refuses it. A request
        that is cancelled, or fails through no fault of the endpoint, does not change the
        breaker."""
        if self.is_open and (self._trying or self.resting_s):
            raise GenerationError(Trouble.RESTING)
        trying = self._trying = self.is_open
        try:
            yield
        except GenerationError as error:
            if error.reason in FAULTS:
                self._failed()
            raise
        else:
            self._failures, self._pause_s = 0, _PAUSE_S
        finally:
            if trying:
                self._trying = False

    def _failed(self) -> None:
        was_open = self.is_open
        self._failures += 1
        if self.is_open:
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S) if was_open else _PAUSE_S
            self._open_until = self._clock() + self._pause_s
