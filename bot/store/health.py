"""Health of the store while the bot runs; each change is reported once."""

import time

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations, Part

_CALM_S = 10.0  # seconds; on a nearly full disk, every other write may work
_INSTEAD = "Answers continue, but stored data is not used and new answers are not stored"


class DamagedError(StoreError):
    """Failure of a database that is not intact."""


class Health:
    """Health of a store, for reads and writes apart. A read that works says nothing about a full
    disk, and an intact page nothing about a damaged one. The store is healthy again once the kind
    of statement that failed works, 10 seconds after the last failure or later. Damage is
    permanent."""

    def __init__(self, degraded: Degradations) -> None:
        self._degraded = degraded
        self._failing: set[bool] = set()  # True: reads, False: writes
        self._damaged = False
        self._failed_at = 0.0

    @property
    def troubled(self) -> bool:
        return self._damaged or bool(self._failing)

    def failed(self, error: StoreError, *, reading: bool) -> None:
        if not self.troubled:
            self._degraded.set(Part.STORE, f"{error.user_message}. {_INSTEAD}")
        self._damaged |= isinstance(error, DamagedError)
        self._failing.add(reading)
        self._failed_at = time.monotonic()

    def worked(self, *, reading: bool) -> None:
        if not self.troubled or time.monotonic() - self._failed_at < _CALM_S:
            return
        self._failing.discard(reading)
        if not self.troubled:
            self._degraded.clear(Part.STORE)
