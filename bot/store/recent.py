"""Questions of the last half hour, in memory only. With them a conversation goes on, and the
buttons under its answers work, even if typed text is not stored."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.models import Question

CONVERSATION = timedelta(minutes=30)  # after a longer gap, a new conversation begins
_MOST = 2_000  # a few MB; the overall limit, 300 a minute, fills it in seven minutes


@dataclass(frozen=True, slots=True)
class Typed:
    """Question as it was asked and understood."""

    question: Question
    understood_as: str


class RecentQuestions:
    """Cache of questions by receipt id, the oldest first."""

    def __init__(self) -> None:
        self._typed: OrderedDict[str, tuple[float, Typed]] = OrderedDict()

    def add(self, receipt_id: str, typed: Typed) -> None:
        self._drop_old()
        self._typed[receipt_id] = time.monotonic(), typed
        if len(self._typed) > _MOST:
            self._typed.popitem(last=False)

    def get(self, receipt_id: str) -> Typed | None:
        self._drop_old()
        found = self._typed.get(receipt_id)
        return found[1] if found else None

    def forget(self, receipt_id: str) -> None:
        self._typed.pop(receipt_id, None)

    def _drop_old(self) -> None:
        since = time.monotonic() - CONVERSATION.total_seconds()
        while self._typed and next(iter(self._typed.values()))[0] < since:
            self._typed.popitem(last=False)
