"""Questions of the last half hour, in memory only. With them a conversation goes on, and the
buttons under its answers work, even if typed text is not stored."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from bot.domain.models import Question

CONVERSATION = timedelta(minutes=30)  # after a longer gap, a new conversation begins
_MOST = 2_000  # a few MB; the overall limit, 300 a minute, fills it in seven minutes


_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Typed:
    """Question as it was asked, and the fields of its answer that hold what was typed."""

    question: Question
    fields: dict[str, object]


class Recent(Generic[_Value]):
    """Cache of what is at most half an hour old, by id, the oldest first."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most or _MOST
        self._values: OrderedDict[str, tuple[float, _Value]] = OrderedDict()

    def add(self, id_: str, value: _Value) -> None:
        self._drop_old()
        self._values[id_] = time.monotonic(), value
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, id_: str) -> _Value | None:
        self._drop_old()
        found = self._values.get(id_)
        return found[1] if found else None

    def forget(self, id_: str) -> None:
        self._values.pop(id_, None)

    def _drop_old(self) -> None:
        since = time.monotonic() - CONVERSATION.total_seconds()
        while self._values and next(iter(self._values.values()))[0] < since:
            self._values.popitem(last=False)
