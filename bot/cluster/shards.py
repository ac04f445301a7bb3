"""Range of shards that a process serves, as the setting `shards` names it."""

import re
from dataclasses import dataclass
from typing import Self

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})")


@dataclass(frozen=True, slots=True)
class ShardRange:
    """Shards `first` to `last`, both included, of `count` shards of the bot."""

    first: int
    last: int
    count: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """Parse a range such as 0-3/16 or 5/16. Raises ValueError if it is not one."""
        found = _RANGE.fullmatch(str(value).strip())
        if found is None:
            raise ValueError("it must be a range of shards and their number, such as 0-3/16")
        first = int(found[1])
        last = first if found[2] is None else int(found[2])
        count = int(found[3])
        if not first <= last < count:
            raise ValueError("its shards must ascend and be less than their number")
        return cls(first, last, count)

    @property
    def ids(self) -> range:
        return range(self.first, self.last + 1)

    def __str__(self) -> str:
        shards = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{shards}/{self.count}"
