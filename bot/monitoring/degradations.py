"""Parts that work less well than they should while questions are still answered."""

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

_log = logging.getLogger(__name__)


class Part(StrEnum):
    """Part that can be degraded. A metric has one series for each; add a line here for a new
    part."""

    INDEX = "index"
    STORE = "store"
    REDIS = "redis"
    GATEWAY = "gateway"
    REBUILD = "rebuild"
    SOURCES = "sources"
    METRICS = "metrics"
    MODEL = "model"
    DIGESTS = "digests"


@dataclass(frozen=True, slots=True)
class Degradation:
    """Degraded part. `message` says what is wrong and what happens instead. It may name files, and
    only the operators see it. All others see the part and `since`."""

    part: Part
    message: str
    since: datetime


class Degradations:
    """List of degraded parts, one for the whole bot. Code that notices a failing part calls `set`,
    and `clear` once the part works again. Both may be called repeatedly and from any thread: only a
    change is logged. `/status` shows the list, `/readyz` names the parts and stays ready, and a
    metric shows them."""

    def __init__(self) -> None:
        self._current: dict[Part, Degradation] = {}
        self._changing = threading.Lock()

    @property
    def current(self) -> tuple[Degradation, ...]:
        """Current degradations, in the order of `Part`."""
        with self._changing:
            return tuple(self._current[part] for part in Part if part in self._current)

    def set(self, part: Part, message: str) -> None:
        """Mark a part as degraded. A part that is already marked keeps its start time and gets the
        new message."""
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
