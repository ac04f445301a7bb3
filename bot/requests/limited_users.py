"""Users whose questions a limit refused in the last hour, for the admins of their server."""

import time
from collections import Counter, deque
from collections.abc import Callable

_HOUR_S = 3600.0
_MOST = 2_000  # refusals; more push out the oldest


class LimitedUsers:
    """Record of refusals. It is in memory only, and an hour long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused: deque[tuple[float, int, int | None]] = deque(maxlen=_MOST)

    def record(self, user: int, server: int | None) -> None:
        self._refused.append((self._clock(), user, server))

    def of_server(self, server: int) -> list[tuple[int, int]]:
        """Return the users with the number of their refused questions, the most refused first."""
        since = self._clock() - _HOUR_S
        while self._refused and self._refused[0][0] < since:
            self._refused.popleft()
        return Counter(user for _, user, place in self._refused if place == server).most_common()
