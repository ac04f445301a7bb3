"""Times of the articles of a generation: when each was published, and how long its text held.

Layout: `times.npy` is an int64 table with one row per article and the columns published, since and
until, in seconds since 1970 in UTC.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles.base.dates import utc_seconds
from index.articles.base.validity import start_of

TIMES = "times.npy"
BEFORE_ALL, OPEN = -(2**62), 2**62  # an unknown start; the end of what still holds
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class ArticleTimes:
    """Times of all articles, int64 seconds in UTC, one element per article row. A text holds from
    `since` until before `until`. `since` is BEFORE_ALL if unknown, `until` is OPEN if the text
    still holds, `published` is `since` if unknown."""

    published: NDArray[np.int64]
    since: NDArray[np.int64]
    until: NDArray[np.int64]

    @classmethod
    def load(cls, path: Path) -> "ArticleTimes":
        """Read the table. Raises ValueError if it has another type or shape."""
        table = np.load(path, allow_pickle=False)
        if table.dtype != np.int64 or table.shape[1:] != (_COLUMNS,):
            raise ValueError(f"{path.name} is not a table of {_COLUMNS} columns")
        return cls(*np.ascontiguousarray(table.T))


class Dated(Protocol):
    """The fields of an article that its times follow from."""

    @property
    def published(self) -> str: ...
    @property
    def seen(self) -> str: ...
    @property
    def replaced(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def version_of(self) -> str: ...


def times_of(article: Dated) -> tuple[int, int, int]:
    """Return the times of one article: published, since, until."""
    published, since = utc_seconds(article.published), starts_at(article)
    if since is None:
        since = BEFORE_ALL
    until = utc_seconds(article.replaced)
    if until is None:
        until = since if article.version_of or article.replaced else OPEN
    return since if published is None else published, since, until


def starts_at(article: Dated) -> int | None:
    """Return the time from which an article's text holds, in seconds in UTC; None if unknown."""
    published, seen = utc_seconds(article.published), utc_seconds(article.seen)
    return start_of(article.version, published, seen)
