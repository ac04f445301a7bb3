"""Operations on several ranges of one array at once, without a Python loop."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Number = TypeVar("Number", np.int32, np.int64)


def in_ranges(starts: Rows, lengths: Rows) -> Rows:
    """Return the positions in all ranges, one range after another."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def starts_of(lengths: Rows | NDArray[np.bool_]) -> Rows:
    """Return the start of each of several consecutive runs, followed by the end of the last one;
    shape (n + 1,)."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def run_begins(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of the elements that differ from the one before; the first is always True."""
    begins = np.ones(len(ordered), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    return begins


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """Return the distinct numbers in ascending order. np.unique would load numpy's masked arrays,
    which takes a tenth of the time of the first question."""
    ordered = np.sort(numbers)
    return ordered[run_begins(ordered)]


def in_order(numbers: Rows) -> Rows:
    """Return the distinct numbers in order of first appearance."""
    by_number = np.argsort(numbers, kind="stable")
    firsts = by_number[run_begins(numbers[by_number])]
    return numbers[np.sort(firsts)]
