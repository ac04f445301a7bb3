"""Confidence in words. The number behind the words is for `/why` and `:why`."""

from bot.domain.models import CERTAIN, SURE
from bot.wording.measures import percent
from prompts import text


def confidence_words(probability: float) -> str:
    """Put a calibrated probability in words: "sure", "fairly sure" or "may be it"."""
    if probability >= CERTAIN:
        return text("measures.sure")
    return text("measures.fairly_sure" if probability >= SURE else "measures.maybe")


def confidence_line(probability: float) -> str:
    """Put a probability in words and as a number, such as "sure · 97%"."""
    return text(
        "measures.likelihood",
        words=confidence_words(probability),
        likelihood=percent(probability),
    )
