"""Limit on concurrent requests, shared fairly between users and servers."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import Refusal, ServiceBusyError
from bot.serving.admission import Admission

# A burst is admitted. Under lasting overload, 12 requests keep the program busy while some of them
# wait for the network: with 8 fewer were answered, with 16 hardly more, and later.
_ROOM, _CROWDED_ROOM = 256, 12
_LEAST_PER_USER = 2  # slots of one user, even if a share is smaller
_NEARLY_EMPTY = 2  # requests inside at which an overload may end: one or two may be slow rebuilds
_MODERATION_SLOTS = 4  # extra slots for admins and deletions, which no overload takes


class CapacityLimiter:
    """Limiter of concurrent requests in which no user or server can starve the others.

    A user gets at most a share of the room. What a server takes beyond a share does not count
    against the other servers."""

    def __init__(self, queue: Admission | None = None) -> None:
        """Make an empty limiter; `queue` admits to the queue in which admitted requests wait."""
        self.admission = Admission(_ROOM, crowded=_CROWDED_ROOM, next_queue=queue)
        self._moderating = 0
        self._persons: Counter[int] = Counter()
        self._servers: Counter[int] = Counter()
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
        self._persons[person] += 1
        self._servers[server] += 1
        self._empty.clear()
        try:
            yield
        finally:
            for inside, who in ((self._persons, person), (self._servers, server)):
                inside[who] -= 1
                if not inside[who]:
                    del inside[who]
            self._left()

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
        if self._persons.total() + coming < room:
            return True
        shares = sum(min(inside, share) for inside in self._servers.values())
        return self._servers[server] < share and shares < room

    async def emptied(self, within_s: float) -> bool:
        """Wait up to `within_s` seconds until no request is inside; return whether that is so."""
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def _left(self) -> None:
        if self.inside <= _NEARLY_EMPTY:
            self.admission.record_empty()
        if not self.inside:
            self._empty.set()
