"""Queue in which many questions of one user do not delay the question of another."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class FairQueue(Generic[_Item]):
    """Queue in which servers take turns and, within a server, its askers.

    An asker's own items keep their order. The scheme is round robin (Nagle, RFC 970, 1985). None is
    one server or asker for all items without one."""

    def __init__(self) -> None:
        self._servers: OrderedDict[str | None, OrderedDict[str | None, deque[_Item]]] = (
            OrderedDict()
        )
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, item: _Item, server: str | None, asker: str | None) -> None:
        askers = self._servers.setdefault(server, OrderedDict())
        askers.setdefault(asker, deque()).append(item)
        self._length += 1

    def pop(self) -> _Item:
        """Remove and return the next item. Raises KeyError if the queue is empty."""
        server, askers = self._servers.popitem(last=False)
        asker, items = askers.popitem(last=False)
        item = items.popleft()
        # After a turn, the asker and the server go to the end.
        if items:
            askers[asker] = items
        if askers:
            self._servers[server] = askers
        self._length -= 1
        return item

    def remove(self, item: _Item, server: str | None, asker: str | None) -> bool:
        """Remove an item that was put with these keys; return whether it was there."""
        askers = self._servers.get(server, OrderedDict())
        items = askers.get(asker, deque())
        if item not in items:
            return False
        items.remove(item)
        if not items:
            del askers[asker]
        if not askers:
            del self._servers[server]
        self._length -= 1
        return True

    def before(self, item: _Item, server: str | None, asker: str | None) -> int:
        """Count the items that will be taken before this one if no more arrive."""
        askers = self._servers[server]
        place = askers[asker].index(item)
        place = _before(place, asker, {name: len(items) for name, items in askers.items()})
        waiting = {name: sum(map(len, askers.values())) for name, askers in self._servers.items()}
        return _before(place, server, waiting)


def _before(place: int, own: str | None, waiting: Mapping[str | None, int]) -> int:
    """Count the items taken before number `place` of `own`, where all take turns in this order."""
    taken, turns = 0, place + 1  # those ahead in the round have one turn more
    for name, count in waiting.items():
        turns = place if name == own else turns
        taken += min(count, turns)
    return taken
