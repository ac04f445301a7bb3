"""Counters of the requests that an index on a server gets."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class ServerState:
    """State of the server of an index: its traffic, and the open connections of this process."""

    traffic: "Traffic"
    connections: int


@dataclass
class Traffic:
    """Requests since the start, by their duration, and failures by the class of their error.
    Thread-safe. `counts` has one number for each of `BOUNDS_S`, and one for longer requests;
    `seconds` is their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0
    failures: Counter[type[Exception]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def served(self, seconds: float) -> None:
        """Count a request that was answered."""
        with self._lock:
            self.counts[bisect_left(BOUNDS_S, seconds)] += 1
            self.seconds += seconds

    def failed(self, error: Exception) -> None:
        """Count a request that failed."""
        with self._lock:
            self.failures[type(error)] += 1
