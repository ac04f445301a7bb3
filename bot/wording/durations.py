"""A duration in words, for who is told to come back after it."""

import math

from prompts import text

_UNITS = ((86_400, "days"), (3600, "hours"), (60, "minutes"))


def in_words(seconds: float) -> str:
    """Rounded up, so that who comes back then is not refused again."""
    whole = max(1, math.ceil(seconds))
    for size, unit in _UNITS:
        if whole > 2 * size:
            return text(f"measures.{unit}", count=math.ceil(whole / size))
    return text("measures.second") if whole == 1 else text("measures.seconds", count=whole)
