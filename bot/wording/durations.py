"""Retry delays and rate limits in words."""

import math

from bot.domain.errors import Rate
from prompts import text

_UNITS = ((86_400, "days"), (3600, "hours"), (60, "minutes"))


def delay_in_words(seconds: float) -> str:
    """Format a retry delay in words, rounded up so that the retry is not refused again."""
    whole = max(1, math.ceil(seconds))
    for size, unit in _UNITS:
        if whole > 2 * size:
            return text(f"measures.{unit}", count=math.ceil(whole / size))
    return text("measures.second") if whole == 1 else text("measures.seconds", count=whole)


def rate_in_words(rate: Rate) -> str:
    """Format a rate limit in words: "10 questions a minute", "1 question in 2 hours"."""
    one = rate.amount == 1
    requests = text("measures.question") if one else text("measures.questions", count=rate.amount)
    if rate.multiples == 1:
        return text("measures.limit", requests=requests, time=text(f"measures.every_{rate.unit}"))
    span = text(f"measures.{rate.unit}s", count=rate.multiples)
    return text("measures.span_limit", requests=requests, time=span)
