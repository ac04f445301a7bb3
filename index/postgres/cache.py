"""Caches of immutable rows of a generation, filled with one request for all that is missing."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class RowCache(Generic[_Key, _Value]):
    """Cache of the most recently used rows. Thread-safe; two threads may fetch the same row."""

    def __init__(
        self,
        most: int,
        fetch: Callable[[list[_Key]], Mapping[_Key, _Value]],
        size: Callable[[_Value], int] = lambda _: 1,
    ) -> None:
        """Keep rows whose sizes are up to `most` together; `fetch` returns all the rows it is asked
        for."""
        self._most, self._fetch, self._size = most, fetch, size
        self._held = 0
        self._rows: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, keys: Iterable[_Key]) -> dict[_Key, _Value]:
        """Return the rows of these keys."""
        wanted = dict.fromkeys(keys)
        found: dict[_Key, _Value] = {}
        with self._lock:
            for key in wanted:
                if key in self._rows:
                    self._rows.move_to_end(key)
                    found[key] = self._rows[key]
        missing = [key for key in wanted if key not in found]
        if missing:
            fetched = self._fetch(missing)
            found.update(fetched)
            self.keep(fetched)
        return found

    def keep(self, rows: Mapping[_Key, _Value]) -> None:
        """Add rows that were read on another occasion."""
        with self._lock:
            for key, row in rows.items():
                if (old := self._rows.pop(key, None)) is not None:
                    self._held -= self._size(old)
                self._rows[key] = row
                self._held += self._size(row)
            while self._held > self._most:
                self._held -= self._size(self._rows.popitem(last=False)[1])
