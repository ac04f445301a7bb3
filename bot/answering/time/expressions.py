"""Date expressions in a text: "3 March", "last week", "two months ago", "on Monday".

A general parser such as dateparser 1.5.0 was tried: it gives "March 2026" and "last week" as one
day, "Q1 2026" as a day of February, and reads neither "the past two weeks" nor "late September".
"""

import re
from collections.abc import Iterator
from datetime import date

from bot.answering.text.dates import MONTHS, Date, read_dates
from bot.answering.time.expression_type import Resolve, TimeExpression
from bot.answering.time.ranges import DateRange
from bot.answering.time.relative import nearest_weekday, relative_expressions
from index.models import Span
from index.text.words import read_words

_BEFORE_MONTH = (
    "of in by since until till before after during from through mid early late last next".split()
)
_AFTER_WORD = "|".join(rf"(?<=\b{word} )" for word in _BEFORE_MONTH)
# A month in lower case, but not the verb of "this may" and "and march".
_LOWER_MONTH = re.compile(
    rf"(?:(?<=\d )|(?<=\dst )|(?<=\dnd )|(?<=\drd )|(?<=\dth )|{_AFTER_WORD}"
    r"|(?:(?<=\bthis )|(?<=\bto )|(?<=\band ))(?!may\b|march\b))"
    rf"(?:{'|'.join(MONTHS)})\b"
    rf"|\b(?:{'|'.join(MONTHS)})(?= \d)"
)
_HYPHEN = re.compile(r"\b(early|mid|late)-", re.IGNORECASE)  # "mid-March" is two words


def read_expressions(text: str) -> list[TimeExpression]:
    """Read the date expressions of a text, in order and without overlaps."""
    found = [*relative_expressions(text), *_absolute(text)]
    found.sort(key=lambda each: (each.span.start, -each.span.end))
    kept: list[TimeExpression] = []
    for each in found:
        if not kept or each.span.start >= kept[-1].span.end:
            kept.append(each)
    return kept


def _absolute(text: str) -> Iterator[TimeExpression]:
    """Yield the dates that give a day, month or year, and the bare weekdays."""
    # A question may be typed without capitals, which the reader of dates needs for a month.
    text = _HYPHEN.sub(r"\1 ", text)
    text = _LOWER_MONTH.sub(lambda month: month[0].capitalize(), text)
    for found in read_dates(text, read_words(text)):
        relative, deictic = found.year is None, found.weekday is not None
        yield TimeExpression(Span(found.start, found.end), relative, deictic, _resolver(found))


def _resolver(found: Date) -> Resolve:
    def resolve(day: date, ahead: bool) -> DateRange:
        if found.weekday:
            return DateRange.day(nearest_weekday(found.weekday, day, 1 if ahead else -1, same=True))
        if found.year is None and (found.month or found.part):
            return _nearest_year(found, day, ahead)
        return _in_year(found, found.year or day.year)

    return resolve


def _in_year(found: Date, year: int) -> DateRange:
    if found.day and found.month:
        return DateRange.day(date(year, found.month, found.day))
    if found.month:
        return DateRange.months(year, found.month)
    if found.part:
        unit, number = found.part
        length = 6 if unit == "half" else 3
        return DateRange.months(year, (number - 1) * length + 1, length)
    return DateRange.months(year, 1, 12)


def _nearest_year(found: Date, day: date, ahead: bool) -> DateRange:
    """Return the last occurrence that has begun by `day`, or the first that has not ended."""
    if ahead:
        years = range(day.year, day.year + 9)
        return next(r for y in years if (r := _try_year(found, y)) and r.last >= day)
    years = range(day.year, day.year - 9, -1)
    return next(r for y in years if (r := _try_year(found, y)) and r.first <= day)


def _try_year(found: Date, year: int) -> DateRange | None:
    try:
        return _in_year(found, year)
    except ValueError:  # 29 February
        return None
