"""Limit on concurrent requests, shared fairly between users and servers."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot.domain.errors import Refusal, ServiceBusyError
from bot.serving.admission import Admission

# A burst is admitted. Under lasting overload eight requests keep the program busy while some of
# them are acknowledged, and twelve if some of them wait for a model instead of the queue. Those
# whose answer is on its way to the user come on top.
_ROOM, _CROWDED_ROOM, _CROWDED_ROOM_WITHOUT_QUEUE = 256, 8, 12
_SHARE = 8  # one server may take an eighth of a full room before it must leave others a share
_LEAST_PER_USER = 2  # slots of one user, even if a share is smaller
_NEARLY_EMPTY = 2  # requests inside at which an overload may end: one or two may be slow rebuilds
_MODERATION_SLOTS = 4  # extra slots for admins and deletions, which no overload takes


@dataclass(slots=True, eq=False)
class _Slot:
    server: int
    waits: bool = True  # for its outcome; False once this is on its way to the user


_current: ContextVar[_Slot | None] = ContextVar("slot", default=None)


class CapacityLimiter:
    """Limiter of concurrent requests in which no user or server can starve the others.

    A user gets at most a share of the room. What a server takes beyond a share does not count
    against the other servers. Under overload only requests count that wait for their outcome:
    those that are being delivered take no time from others."""

    def __init__(self, queue: Admission | None = None) -> None:
        """Make an empty limiter; `queue` admits to the queue in which admitted requests wait."""
        crowded = _CROWDED_ROOM_WITHOUT_QUEUE if queue is None else _CROWDED_ROOM
        self.admission = Admission(_ROOM, crowded=crowded, next_queue=queue)
        self._moderating = 0
        self._persons: Counter[int] = Counter()
        self._servers: Counter[int] = Counter()
        self._waiting: Counter[int] = Counter()  # by server
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def inside(self) -> int:
        return self._persons.total() + self._moderating

    @contextmanager
    def slot(self, person: int, server: int) -> Iterator[None]:
        """Occupy a slot of this user during the block. Raises ServiceBusyError if none is free."""
        if self._persons[person] >= max(_LEAST_PER_USER, self.admission.share):
            raise ServiceBusyError(Refusal.OWN_WAITING)
        if not self.has_room(server):
            raise self.admission.refusal()
        slot = _Slot(server)
        self._persons[person] += 1
        self._servers[server] += 1
        self._waiting[server] += 1
        self._empty.clear()
        before = _current.set(slot)
        try:
            yield
        finally:
            _current.reset(before)
            self._stop_waiting(slot)
            _take_one(self._persons, person)
            _take_one(self._servers, server)
            self._left()

    def record_outcome(self) -> None:
        """Record that the current task's request has its outcome, an answer or a failure, which is
        still to be delivered. Without a request in a slot this does nothing."""
        if (slot := _current.get()) is not None:
            self._stop_waiting(slot)

    def _stop_waiting(self, slot: _Slot) -> None:
        if slot.waits:
            slot.waits = False
            _take_one(self._waiting, slot.server)
            self._record_if_empty()

    @contextmanager
    def moderating(self) -> Iterator[None]:
        """Occupy one of the extra slots for admin commands and deletions during the block.

        Raises ServiceBusyError if none is free."""
        if not self.has_moderation_room:
            raise self.admission.refusal()
        self._moderating += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._moderating -= 1
            self._left()

    @property
    def has_moderation_room(self) -> bool:
        return self._moderating < _MODERATION_SLOTS

    def has_room(self, server: int, coming: int = 0) -> bool:
        """Return whether this server may have one more request.

        `coming` is the number of requests that are let in but not counted as inside yet. If the
        room is taken, a server that uses less than its share may still have one: then no server
        counts with more than its share."""
        room, share = self.admission.room, self.admission.share
        return _fits(self._waiting, room, share, server, coming) and _fits(
            self._servers, _ROOM, _ROOM // _SHARE, server, coming
        )

    async def emptied(self, within_s: float) -> bool:
        """Wait up to `within_s` seconds until no request is inside; return whether that is so."""
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def _left(self) -> None:
        self._record_if_empty()
        if not self.inside:
            self._empty.set()

    def _record_if_empty(self) -> None:
        if self._waiting.total() + self._moderating <= _NEARLY_EMPTY:
            self.admission.record_empty()


def _fits(inside: Mapping[int, int], room: int, share: int, server: int, coming: int) -> bool:
    if sum(inside.values()) + coming < room:
        return True
    shares = sum(min(each, share) for each in inside.values())
    return inside.get(server, 0) < share and shares < room


def _take_one(inside: Counter[int], who: int) -> None:
    inside[who] -= 1
    if not inside[who]:
        del inside[who]
