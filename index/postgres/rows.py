"""The numbers of rows in the tables, and their places in a generation."""

import numpy as np
from numpy.typing import NDArray

from index.ranges import starts_of
from index.stores.dense import Rows


class RowNumbers:
    """Numbers of the sentences or passages of a generation. Each article has a run of consecutive
    numbers; in the generation the runs follow each other without gaps, in the order of the
    articles. Runs of articles that were written together are joined, so that there are few."""

    def __init__(self, first: Rows, counts: Rows) -> None:
        """Take the first number and the count of each article, in the order of the articles."""
        self._starts, self._counts = starts_of(counts), counts
        filled = np.flatnonzero(counts)
        ends = first[filled] + counts[filled]
        begins = np.ones(len(filled), np.bool_)
        begins[1:] = first[filled[1:]] != ends[:-1]
        runs = filled[begins]
        self._runs = _Runs(first[runs], np.append(self._starts[runs], self._starts[-1]))

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

    @property
    def end(self) -> int:
        """The number after the greatest one."""
        return self._runs.end

    def count_between(self, first: int, end: int) -> int:
        """Count the numbers from `first` on that are less than `end`."""
        return self._runs.count_between(first, end)

    def numbers(self, rows: Rows) -> Rows:
        """Return the number of each row."""
        return self._runs.numbers(rows)

    def rows(self, numbers: Rows) -> Rows:
        """Return the row of each number; -1 if the generation has no such row."""
        return self._runs.rows(numbers)


class _Runs:
    """Runs of consecutive numbers whose rows are consecutive, too."""

    def __init__(self, numbers: Rows, starts: Rows) -> None:
        """Take the first number and the first row of each run; `starts` ends with the count of
        rows."""
        self._numbers, self._starts = numbers, starts
        order = np.argsort(numbers, kind="stable")
        self._sorted, self._sorted_starts = numbers[order], starts[:-1][order]
        self._sorted_counts = np.diff(starts)[order]
        self.end = int(self._sorted[-1] + self._sorted_counts[-1]) if len(order) else 0

    def count_between(self, first: int, end: int) -> int:
        ends = np.clip(self._sorted + self._sorted_counts, first, end)
        return int((ends - np.clip(self._sorted, first, end)).sum())

    def numbers(self, rows: Rows) -> Rows:
        run = np.searchsorted(self._starts, rows, side="right") - 1
        numbers: Rows = self._numbers[run] + rows - self._starts[run]
        return numbers

    def rows(self, numbers: Rows) -> Rows:
        if not len(self._sorted):
            return np.full(len(numbers), -1, np.int64)
        run = np.maximum(np.searchsorted(self._sorted, numbers, side="right") - 1, 0)
        offsets = numbers - self._sorted[run]
        inside = (offsets >= 0) & (offsets < self._sorted_counts[run])
        rows: Rows = np.where(inside, self._sorted_starts[run] + offsets, -1)
        return rows
