"""Periods of time that a search is limited to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.stores.times import OPEN, ArticleTimes


@dataclass(frozen=True, slots=True)
class Period:
    """Limits on the articles of a search, in seconds since 1970 in UTC. An article is admitted if
    its text held at `as_of`, and if it was published at `start` or later and before `end`. Without
    `as_of`, only a text that still holds is admitted: no earlier version and nothing withdrawn."""

    as_of: float | None = None
    start: float | None = None
    end: float | None = None

    def admits(self, times: ArticleTimes) -> NDArray[np.bool_]:
        """Return a mask of the admitted articles."""
        admitted: NDArray[np.bool_]
        if self.as_of is None:
            admitted = times.until == OPEN
        else:
            admitted = (times.since <= self.as_of) & (self.as_of < times.until)
        if self.start is not None:
            admitted &= times.published >= self.start
        if self.end is not None:
            admitted &= times.published < self.end
        return admitted


NOW = Period()
