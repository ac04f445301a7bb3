"""Admission to a queue: a burst may wait, but under lasting overload only a few."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from statistics import median_low

from bot.domain.errors import Refusal, ServiceBusyError

# One batch is computed while the next one fills. With more questions in the queue all would wait
# longer, and hardly more would be answered.
_CROWDED = 4
_CROWDED_WAIT_S = 0.15  # expected wait during an overload, unless four take longer
_SHARE = 8  # one asker may take an eighth of the room
_CALM_S = 1.0  # without a refusal, which ends an overload; the event loop may lag almost that long
_MEASURED = 9  # batches; their median ignores the first one and one that a rebuild slows down
_LONGEST_S = 60.0

_log = logging.getLogger(__name__)


class Admission:
    """Admission to a queue, which shrinks the queue as soon as a request must be refused.

    A queue that fills once absorbs a burst, and only the burst waits. A queue that stays full makes
    all wait and answers no more. So after a refusal only a few may wait, until all who came have
    had their turn and one second has passed without a refusal. After a burst, that is when it is
    worked off; under a lasting load, when the load ends.

    CoDel (RFC 8289) tells the good queue from the bad one by its delay. This class uses refusals,
    and its limit depends on the time that a question takes."""

    def __init__(
        self,
        most: int,
        max_wait_s: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        *,
        crowded: int = _CROWDED,
        next_queue: "Admission | None" = None,
    ) -> None:
        """Make an admission of at most `most` waiting requests.

        `next_queue` is the admission of the queue that admitted requests wait in next. The
        room here is at most the room there, so that no request is admitted only to be refused
        there. If that queue is overloaded, a few more are admitted than it has room for, since some
        of them wait for the network: at most `crowded`, and fewer if that queue is slow."""
        self.most, self._crowded, self._next_queue = most, min(crowded, most), next_queue
        self._max_wait_s, self._clock = max_wait_s, clock
        self._crowded_since = self._refused_at = -math.inf
        self._all_had_their_turn = True  # of those that came before the last refusal
        self._each_s: deque[float] = deque(maxlen=_MEASURED)

    @property
    def is_crowded(self) -> bool:
        """True if a request was refused recently, here or in the next queue."""
        return self._is_overloaded or (self._next_queue is not None and self._next_queue.is_crowded)

    @property
    def _is_overloaded(self) -> bool:
        # A busy event loop delays arrivals together: a short pause does not end the overload.
        is_calm = self._clock() - self._refused_at >= _CALM_S
        return not (self._all_had_their_turn and is_calm)

    @property
    def room(self) -> int:
        """Number of requests that may wait now, at least one."""
        most = self.most
        if (then := self._next_queue) is not None:
            most = min(most, then.most if then.is_crowded else then.room)
        if self.is_crowded:
            return min(self._crowded_room, most)
        each_s = self.each_s
        if each_s * most <= self._max_wait_s:
            return most
        return max(min(self._crowded, most), int(self._max_wait_s / each_s))

    @property
    def each_s(self) -> float:
        """Seconds that a question takes; 0 until enough batches are measured."""
        return median_low(self._each_s) if len(self._each_s) == _MEASURED else 0.0

    @property
    def _crowded_room(self) -> int:
        each_s = (self._next_queue or self).each_s
        if each_s * self._crowded <= _CROWDED_WAIT_S:
            return self._crowded
        return max(min(_CROWDED, self._crowded), int(_CROWDED_WAIT_S / each_s))

    @property
    def share(self) -> int:
        """Number of these that one asker may have, at least one."""
        return max(1, self.room // _SHARE)

    def refuse(self) -> float:
        """Record a refusal; return the clock time at which the overload began."""
        now = self._clock()
        if not self._is_overloaded:
            self._crowded_since = now
            _log.warning("overloaded: some questions are refused")
        self._refused_at, self._all_had_their_turn = now, False
        return self._crowded_since

    def refusal(self) -> ServiceBusyError:
        """Record and build a refusal."""
        return busy(self.delay(self.refuse()))

    def delay(self, since: float) -> timedelta:
        """Return the retry delay in whole seconds; it grows with the age of the overload, which
        began at `since`, up to 60 s.

        An overload may last as long again, and it does if all retry at once."""
        return timedelta(seconds=math.ceil(min(self._clock() - since, _LONGEST_S)))

    def record_batch(self, questions: int, took_s: float) -> None:
        """Record that a batch of so many questions took so many seconds."""
        self._each_s.append(took_s / questions)

    def record_empty(self) -> None:
        """Record that all who came have had their turn."""
        self._all_had_their_turn = True


def busy(delay: timedelta) -> ServiceBusyError:
    """Build the refusal of a request that may come again after this delay."""
    return ServiceBusyError(Refusal.BUSY, wait=delay)
