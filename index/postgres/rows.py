"""The numbers of rows in the tables, and their places in a generation."""

import numpy as np
from numpy.typing import NDArray

from index.ranges import starts_of
from index.stores.dense import Rows


class RowNumbers:
    """Numbers of the sentences or passages of a generation. Each article has a run of consecutive
    numbers; in the generation the runs follow each other without gaps, in the order of the
    articles."""

    def __init__(self, first: Rows, counts: Rows) -> None:
        """Take the first number and the count of each article, in the order of the articles."""
        self._first, self._starts = first, starts_of(counts)
        articles = np.flatnonzero(counts)
        self._by_number = articles[np.argsort(first[articles], kind="stable")]
        self._sorted = first[self._by_number]
        self._counts = counts

    def __len__(self) -> int:
        return int(self._starts[-1])

    def articles_of(self, rows: Rows) -> Rows:
        """Return the article of each row."""
        articles: Rows = np.searchsorted(self._starts, rows, side="right") - 1
        return articles

    def repeated(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the value of each row's article, for all rows."""
        return np.repeat(values, self._counts)

    def first_row(self, article: int) -> int:
        return int(self._starts[article])

    def numbers(self, rows: Rows) -> Rows:
        """Return the number of each row."""
        articles = self.articles_of(rows)
        numbers: Rows = self._first[articles] + rows - self._starts[articles]
        return numbers

    def rows(self, numbers: Rows) -> Rows:
        """Return the row of each number; -1 if the generation has no such row."""
        if not len(self._sorted):
            return np.full(len(numbers), -1, np.int64)
        place = np.maximum(np.searchsorted(self._sorted, numbers, side="right") - 1, 0)
        articles = self._by_number[place]
        offsets = numbers - self._first[articles]
        inside = (offsets >= 0) & (offsets < self._counts[articles])
        rows: Rows = np.where(inside, self._starts[articles] + offsets, -1)
        return rows
