"""Comparison of short answers by meaning: "$100bn" is "100 billion dollars"."""

from bot.answering.question.analysis import stem
from bot.answering.ranking.lexicon import NOT_TELLING
from bot.answering.text.dates import Date, read_dates
from index.text.quantities import Quantity, read_quantities
from index.text.words import Word, read_words


def same_value(one: str, other: str) -> bool:
    """Return whether two short answers state the same value. Both must have the same dates and the
    same quantities. Without any, the informative words of one must be among those of the other, as
    in "Huang" and "Jensen Huang"."""
    words, others = read_words(one), read_words(other)
    dates, other_dates = read_dates(one, words), read_dates(other, others)
    amounts, other_amounts = read_quantities(one, words), read_quantities(other, others)
    if dates or other_dates:
        return _same_dates(dates, other_dates)
    if amounts or other_amounts:
        return _same_amounts(amounts, other_amounts)
    return _nested(_telling(words), _telling(others))


def _same_dates(dates: list[Date], others: list[Date]) -> bool:
    return len(dates) == len(others) and all(
        one.is_told_by(other) or other.is_told_by(one)
        for one, other in zip(dates, others, strict=True)
    )


def _same_amounts(amounts: list[Quantity], others: list[Quantity]) -> bool:
    return len(amounts) == len(others) and all(
        one.is_same(other) for one, other in zip(amounts, others, strict=True)
    )


def _telling(words: list[Word]) -> frozenset[str]:
    telling = [word.lower for word in words if word.lower not in NOT_TELLING]
    return frozenset(map(stem, telling or [word.lower for word in words]))


def _nested(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and (one <= other or other <= one)
