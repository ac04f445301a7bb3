"""Medians and quartiles of measurements."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

Row = dict[str, Any]


def spread(values: Sequence[float], name: str) -> Row:
    """Return the median under `name`, the quartiles, and the number of values."""
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [*values] * 3
    return {
        name: _rounded(median(values)),
        "q1": _rounded(low),
        "q3": _rounded(high),
        "n": len(values),
    }


def _rounded(value: float) -> float:
    """Round to four significant digits."""
    return float(f"{value:.4g}")
