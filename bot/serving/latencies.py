"""Latencies of recent answers."""

from collections import deque

import numpy as np

_REMEMBERED = 500


class Latencies:
    """Latencies of the last 500 answers."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    @property
    def percentiles_ms(self) -> tuple[float, float] | None:
        """Median and 95th percentile in milliseconds; None before the first answer."""
        if not self._seconds:
            return None
        median, high = np.percentile(self._seconds, [50, 95]) * 1000
        return float(median), float(high)
