"""How many questions may wait: all that come at once, but few while more come than are answered."""

import logging
import time
from collections import deque
from collections.abc import Callable
from statistics import median_low

from bot.durations import in_words
from bot.errors import ServiceBusyError
from prompts import text

# A batch is computed while the next one gathers: with more of them everybody would wait longer,
# and hardly more would be answered.
_CROWDED = 4
_SHARE = 8  # of the room one asker may take: an eighth
_MEASURED = 9  # batches; the first and a slow one beside a rebuild are no measure of the others
_LONGEST_S = 60.0

_log = logging.getLogger(__name__)


class Admission:
    """A queue that fills once takes in a burst, and only those in it wait. One that stays full
    makes everybody wait and answers nobody more. So, as soon as somebody has to be refused, only
    a few may wait, until all who came have had their turn and nobody had to be refused: after a
    burst that is when it is worked off, under a lasting load when it has ended. (CoDel, RFC 8289,
    tells the good queue from the bad one by a clock; this needs none, since the few are relative
    to what a question takes.)"""

    def __init__(
        self,
        most: int,
        max_wait_s: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        crowded: int = _CROWDED,
    ) -> None:
        self.most, self._crowded = most, min(crowded, most)
        self._max_wait_s, self._clock = max_wait_s, clock
        self._crowded_since: float | None = None
        self._refusing = False
        self._each_s: deque[float] = deque(maxlen=_MEASURED)

    @property
    def room(self) -> int:
        """How many may wait now, at least one."""
        if self._crowded_since is not None:
            return self._crowded
        if len(self._each_s) < _MEASURED:
            return self.most
        each_s = median_low(self._each_s)
        if each_s * self.most <= self._max_wait_s:
            return self.most
        return max(self._crowded, int(self._max_wait_s / each_s))

    @property
    def share(self) -> int:
        """How many of those may be one asker's, at least one."""
        return max(1, self.room // _SHARE)

    def refuse(self) -> float:
        """Somebody finds no room. Gives since when there has been none."""
        self._refusing = True
        if self._crowded_since is None:
            self._crowded_since = self._clock()
            _log.warning("more is asked than can be answered: some are turned away")
        return self._crowded_since

    def refusal(self, since: float | None = None) -> ServiceBusyError:
        """For somebody who finds no room, or has found none since then. The longer there has been
        none, the later to come back: it may go on for as long again, and does if all come back at
        once."""
        since = self.refuse() if since is None else since
        come_back_s = min(self._clock() - since, _LONGEST_S)
        return ServiceBusyError(text("refusals.busy", wait=in_words(come_back_s)))

    def computed(self, questions: int, took_s: float) -> None:
        """Measures what a question takes, by a batch of so many."""
        self._each_s.append(took_s / questions)

    def nobody_waits(self) -> None:
        """All who came have had their turn. A crowd that there was is gone if nobody was refused
        since this was so before: on a busy event loop those who come can be late together."""
        if not self._refusing:
            self._crowded_since = None
        self._refusing = False
