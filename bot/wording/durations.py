"""Retry delays in words."""

import math

from prompts import text

_UNITS = ((86_400, "days"), (3600, "hours"), (60, "minutes"))


def delay_in_words(seconds: float) -> str:
    """Format a retry delay in words, rounded up so that the retry is not refused again."""
    whole = max(1, math.ceil(seconds))
    for size, unit in _UNITS:
        if whole > 2 * size:
            return text(f"measures.{unit}", count=math.ceil(whole / size))
    return text("measures.second") if whole == 1 else text("measures.seconds", count=whole)
