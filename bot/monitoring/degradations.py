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
    CLUSTER = "cluster"
    REBUILD = "rebuild"
    SOURCES = "sources"
    METRICS = "metrics"
    MODEL = "model"
    DIGESTS = "digests"


@dataclass(frozen=True, slots=True)
class Degradation:
    """Degraded part. `message` says what is wrong and what happens instead. It may name files, and
    only the operators see it. All others see the part and `since`. `of` tells those apart that
    have the same part, such as the servers of digests."""

    part: Part
    message: str
    since: datetime
    of: str = ""

    def __str__(self) -> str:
        return f"{self.part} of {self.of}" if self.of else str(self.part)


class Degradations:
    """List of degraded parts, one for the whole bot. Code that notices a failing part calls `set`,
    and `clear` once the part works again. Both may be called repeatedly and from any thread: only a
    change is logged. `/status` shows the list, `/readyz` names the parts and stays ready, and a
    metric shows them."""

    def __init__(self) -> None:
        self._current: dict[tuple[Part, str], Degradation] = {}
        self._changing = threading.Lock()

    @property
    def current(self) -> tuple[Degradation, ...]:
        """Current degradations, in the order of `Part`; those of one part oldest first."""
        with self._changing:
            found = tuple(self._current.values())
        return tuple(each for part in Part for each in found if each.part is part)

    def set(self, part: Part, message: str, *, of: str = "") -> None:
        """Mark a part as degraded. A part that is already marked keeps its start time and gets the
        new message."""
        with self._changing:
            before = self._current.get((part, of))
            if before is None:
                marked = Degradation(part, message, datetime.now(UTC), of)
            else:
                marked = replace(before, message=message)
            self._current[part, of] = marked
        if before is None or before.message != message:
            _log.warning("degraded, %s: %s", marked, message)

    def clear(self, part: Part, *, of: str = "") -> None:
        with self._changing:
            before = self._current.pop((part, of), None)
        if before is not None:
            _log.warning("%s works again", before)
