"""Whether the store can be read and written while the bot runs, told once when that changes."""

import time

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations, Part

_CALM_S = 10.0  # on a disk that is nearly full, every other write may work
_INSTEAD = "Answers go on, but without what is kept, and without being kept"


class DamagedError(StoreError):
    """The file is no sound database."""


def is_read(sql: str) -> bool:
    return sql.lstrip().startswith(("SELECT", "PRAGMA"))


class Health:
    """A read that works says nothing of a disk that is full, and a page that is sound nothing of
    one that is damaged: it is well again when what failed has worked for a while, and after damage
    never."""

    def __init__(self, degraded: Degradations) -> None:
        self._degraded = degraded
        self._failing: set[bool] = set()  # reads, or writes
        self._damaged = False
        self._failed_at = 0.0

    @property
    def troubled(self) -> bool:
        return self._damaged or bool(self._failing)

    def failed(self, sql: str, error: StoreError) -> None:
        if not self.troubled:
            self._degraded.set(Part.STORE, f"{error.user_message}. {_INSTEAD}")
        self._damaged |= isinstance(error, DamagedError)
        self._failing.add(is_read(sql))
        self._failed_at = time.monotonic()

    def worked(self, sql: str) -> None:
        if not self.troubled or time.monotonic() - self._failed_at < _CALM_S:
            return
        self._failing.discard(is_read(sql))
        if not self.troubled:
            self._degraded.clear(Part.STORE)
