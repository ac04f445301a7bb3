"""A duration in words, for who is told to come back after it."""

import math

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def in_words(seconds: float) -> str:
    """Rounded up, so that who comes back then is not refused again."""
    whole = max(1, math.ceil(seconds))
    for size, unit in _UNITS:
        if whole > 2 * size:
            return f"{math.ceil(whole / size)} {unit}s"
    return "1 second" if whole == 1 else f"{whole} seconds"
