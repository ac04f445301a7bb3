"""What works less well than it should while questions are still answered, told in one place."""

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

_log = logging.getLogger(__name__)


class Part(StrEnum):
    """What can be degraded. A metric has one series for each: a new part is a new line here."""

    INDEX = "index"
    STORE = "store"
    REDIS = "redis"
    GATEWAY = "gateway"
    REBUILD = "rebuild"
    METRICS = "metrics"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Degradation:
    """`message` says in words what is wrong and what happens instead; it may name files, and is
    for those who run the bot. All others see the part and since when."""

    part: Part
    message: str
    since: datetime


class Degradations:
    """One for the whole bot. Whoever notices that a part of it fails, while answers go on without
    it, calls `set`, and `clear` once it works again; both may be called from any thread, and as
    often as one likes: the log gets a line only where something changes. `/status` shows what is
    set, `/readyz` names it and stays ready, and there is a metric of it."""

    def __init__(self) -> None:
        self._current: dict[Part, Degradation] = {}
        self._changing = threading.Lock()

    @property
    def current(self) -> tuple[Degradation, ...]:
        """In the order of `Part`."""
        with self._changing:
            return tuple(self._current[part] for part in Part if part in self._current)

    def set(self, part: Part, message: str) -> None:
        """A part that is set keeps the time since when; another message replaces the one before."""
        with self._changing:
            before = self._current.get(part)
            if before is None:
                self._current[part] = Degradation(part, message, datetime.now(UTC))
            else:
                self._current[part] = replace(before, message=message)
        if before is None or before.message != message:
            _log.warning("degraded, %s: %s", part, message)

    def clear(self, part: Part) -> None:
        with self._changing:
            before = self._current.pop(part, None)
        if before is not None:
            _log.warning("%s works again", part)
