"""How long answers have taken lately."""

from collections import deque

import numpy as np

_REMEMBERED = 500


class Latencies:
    """Of the last few hundred."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    @property
    def percentiles_ms(self) -> tuple[float, float] | None:
        """The median and the 95th percentile."""
        if not self._seconds:
            return None
        median, high = np.percentile(self._seconds, [50, 95]) * 1000
        return float(median), float(high)
