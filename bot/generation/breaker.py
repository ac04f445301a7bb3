"""The circuit breaker before the endpoint (M. Nygard, "Release It!", ch. 5).

Ours, since of the libraries none lets a single request try whether it works again: with a model
that hangs, all who ask at that moment would wait for it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.domain.models import Trouble
from bot.generation.errors import FAULTS, GenerationError

_FAILURES = 3  # in a row
_PAUSE_S, _LONGEST_PAUSE_S = 15.0, 300.0


class CircuitBreaker:
    """After some failures in a row nobody is let through for a while; then one is, and its outcome
    decides for all. Each failed trial doubles the while."""

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
        """For how many seconds nobody will be let through."""
        return max(0.0, self._open_until - self._clock()) if self.is_open else 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around a request: raises GenerationError at once where nobody is let through. One that
        is cancelled, or fails by no fault of the endpoint, tells nothing of it."""
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
