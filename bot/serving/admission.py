"""How many questions may wait: all that come at once, but few while more come than are answered."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable
from statistics import median_low

from bot.domain.errors import ServiceBusyError
from bot.wording.durations import in_words
from prompts import text

# A batch is computed while the next one gathers: with more of them everybody would wait longer,
# and hardly more would be answered.
_CROWDED = 4
_SHARE = 8  # of the room one asker may take: an eighth
_CALM_S = 1.0  # without a refusal: the event loop may be late by much of that
_MEASURED = 9  # batches; the first and a slow one beside a rebuild are no measure of the others
_LONGEST_S = 60.0

_log = logging.getLogger(__name__)


class Admission:
    """A queue that fills once takes in a burst, and only those in it wait. One that stays full
    makes everybody wait and answers nobody more. So, as soon as somebody has to be refused, only
    a few may wait, until all who came have had their turn and nobody has been refused for a
    moment: after a burst that is when it is worked off, under a lasting load when it has ended.
    (CoDel, RFC 8289, tells the good queue from the bad one by how long it takes; this one by the
    refusals, and its few are relative to what a question takes.)"""

    def __init__(
        self,
        most: int,
        max_wait_s: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        *,
        crowded: int = _CROWDED,
        behind: "Admission | None" = None,
    ) -> None:
        """`behind` is another queue that those who are let in here wait in next: here no more have
        room than there, so that nobody is let in only to be refused there. Of a crowd there, a few
        more, for not all of them wait: some are at the network."""
        self.most, self._crowded, self._behind = most, min(crowded, most), behind
        self._max_wait_s, self._clock = max_wait_s, clock
        self._crowded_since = self._refused_at = -math.inf
        self._all_had_their_turn = True  # who came before the last refusal
        self._each_s: deque[float] = deque(maxlen=_MEASURED)

    @property
    def is_crowded(self) -> bool:
        """Whether somebody had to be refused of late, here or where those go who are let in."""
        return self._is_full or (self._behind is not None and self._behind.is_crowded)

    @property
    def _is_full(self) -> bool:
        # On a busy event loop those who come can be late together: a moment without any is no end.
        is_calm = self._clock() - self._refused_at >= _CALM_S
        return not (self._all_had_their_turn and is_calm)

    @property
    def room(self) -> int:
        """How many may wait now, at least one."""
        most = self.most
        if self._behind is not None:
            most = min(most, self._behind.most if self._behind.is_crowded else self._behind.room)
        if self.is_crowded:
            return min(self._crowded, most)
        if len(self._each_s) < _MEASURED:
            return most
        each_s = median_low(self._each_s)
        if each_s * most <= self._max_wait_s:
            return most
        return max(min(self._crowded, most), int(self._max_wait_s / each_s))

    @property
    def share(self) -> int:
        """How many of those may be one asker's, at least one."""
        return max(1, self.room // _SHARE)

    def refuse(self) -> float:
        """Somebody finds no room. Gives since when there has been none."""
        now = self._clock()
        if not self._is_full:
            self._crowded_since = now
            _log.warning("more is asked than can be answered: some are turned away")
        self._refused_at, self._all_had_their_turn = now, False
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
        """All who came have had their turn."""
        self._all_had_their_turn = True
