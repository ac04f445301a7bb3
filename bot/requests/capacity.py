"""Who is inside of what all of Discord asks at, and who is let in."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import ServiceBusyError
from bot.serving.admission import Admission
from prompts import text

# A burst is let in. Of a crowd that lasts, as many as keep the program busy while others of them
# wait for the network; one or two may stay for long, with a rebuild. With eight of a crowd less
# was answered than with twelve, with sixteen hardly more, and later.
_ROOM, _CROWDED_ROOM, _HARDLY_ANY = 256, 12, 2
_KEEPING_ORDER = 4  # more, whom no crowd keeps out


class Door:
    """Nobody keeps others out: a person has a share of the room, and what a server takes beyond a
    share of it is not counted against the others."""

    def __init__(self, queue: Admission | None = None) -> None:
        """`queue` is the one that those inside wait in."""
        self.admission = Admission(_ROOM, crowded=_CROWDED_ROOM, behind=queue)
        self._keeping_order = 0
        self._persons: Counter[int] = Counter()
        self._servers: Counter[int] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def inside(self) -> int:
        return self._persons.total() + self._keeping_order

    @contextmanager
    def passing(self, person: int, server: int) -> Iterator[None]:
        """Inside, this person is; raises ServiceBusyError, in words, where there is no room."""
        if self._persons[person] >= max(_HARDLY_ANY, self.admission.share):
            raise ServiceBusyError(text("refusals.own_waiting"))
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
    def keeping_order(self) -> Iterator[None]:
        """Inside, somebody is who clears up after a crowd: a few more than there is room for."""
        if not self.has_room_for_order:
            raise self.admission.refusal()
        self._keeping_order += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._keeping_order -= 1
            self._left()

    @property
    def has_room_for_order(self) -> bool:
        return self._keeping_order < _KEEPING_ORDER

    def has_room(self, server: int, coming: int = 0) -> bool:
        """For one more from this server, besides those who will be inside in a moment."""
        room, share = self.admission.room, self.admission.share
        if self._persons.total() + coming < room:
            return True
        shares = sum(min(inside, share) for inside in self._servers.values())
        return self._servers[server] < share and shares < room

    async def emptied(self, within_s: float) -> bool:
        """Waits for all who are inside, but not longer than this."""
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def _left(self) -> None:
        if self.inside <= _HARDLY_ANY:
            self.admission.nobody_waits()
        if not self.inside:
            self._empty.set()
