"""Insights that were made before, for the pages of a list and for the next look at a page."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from bot.domain.insights import Insights

_MOST = 8  # views of some hundred kB
_KEPT_S = 60.0


class InsightsViews:
    """Cache of at most eight views, each a minute long and only while its snapshot is current. In
    memory only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: OrderedDict[Hashable, tuple[float, Hashable, Insights]] = OrderedDict()

    def add(self, asked: Hashable, snapshot: Hashable, made: Insights) -> None:
        self._views.pop(asked, None)
        self._views[asked] = self._clock(), snapshot, made
        if len(self._views) > _MOST:
            self._views.popitem(last=False)

    def get(self, asked: Hashable, snapshot: Hashable) -> Insights | None:
        """Return the view of this snapshot, and drop all views of others: they may show what has
        been deleted."""
        since = self._clock() - _KEPT_S
        for key, (made_at, made_of, _) in list(self._views.items()):
            if made_at < since or made_of != snapshot:
                del self._views[key]
        found = self._views.get(asked)
        return found[2] if found else None
