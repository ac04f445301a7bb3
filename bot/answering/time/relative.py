"""Date expressions that count from the day of their text: "last week", "two months ago"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.answering.text.dates import MONTHS, WEEKDAYS
from bot.answering.time.expression_type import Resolve, TimeExpression
from bot.answering.time.ranges import DateRange
from index.models import Span

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
} | {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>day|week|fortnight|month|quarter|year)"
_LAST, _THIS, _NEXT = "last|past|previous", "this|current", "next|coming"
_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_LENGTHS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91}  # days; else 365


def relative_expressions(text: str) -> Iterator[TimeExpression]:
    """Yield the expressions of the grammar below, in its order; they may overlap."""
    for pattern, resolver in _GRAMMAR:
        deictic = resolver not in _CALENDAR
        for match in pattern.finditer(text):
            yield TimeExpression(Span(*match.span()), True, deictic, resolver(match))


def this_unit(unit: str) -> Resolve:
    """Return the resolution of "the year": that of the text."""
    return lambda day, _: _unit_at(day, unit, 0)


def nearest_weekday(name: str, day: date, step: int, *, same: bool) -> date:
    """Return the nearest such weekday before or after the day; with `same` the day itself may be
    it."""
    gap = (WEEKDAYS.index(name) - day.weekday()) * step % 7
    return day + timedelta(days=step * (gap if gap or same else 7))


def _day_word(match: re.Match[str]) -> Resolve:
    shift = _DAYS[" ".join(match[0].lower().split())]
    return lambda day, _: DateRange.day(day + timedelta(days=shift))


def _calendar_unit(match: re.Match[str]) -> Resolve:
    """Resolve "last week", "this month", "next year"."""
    shift, unit = _direction(match["which"]), match["unit"].lower()
    return lambda day, _: _unit_at(day, unit, shift)


def _unit_at(day: date, unit: str, shift: int) -> DateRange:
    match unit:
        case "week":
            return DateRange.week(day + timedelta(weeks=shift))
        case "weekend":
            week = DateRange.week(day + timedelta(weeks=shift))
            return DateRange(week.last - timedelta(days=1), week.last)
        case "month":
            return DateRange.months(day.year, day.month + shift)
        case "quarter":
            return DateRange.months(day.year, (day.month - 1) // 3 * 3 + 1 + 3 * shift, 3)
        case _:
            return DateRange.months(day.year + shift, 1, 12)


def _named_weekday(match: re.Match[str]) -> Resolve:
    """Resolve "last Monday"."""
    name, shift = match["name"].lower(), _direction(match["which"])

    def resolve(day: date, _: bool) -> DateRange:
        if shift == 0:
            monday = DateRange.week(day).first
            return DateRange.day(monday + timedelta(days=WEEKDAYS.index(name)))
        return DateRange.day(nearest_weekday(name, day, shift, same=False))

    return resolve


def _named_month(match: re.Match[str]) -> Resolve:
    """Resolve "last March"."""
    month, shift = MONTHS[match["month"].lower()], _direction(match["which"])

    def resolve(day: date, _: bool) -> DateRange:
        behind = shift < 0 and month >= day.month
        passed = shift > 0 and month <= day.month
        return DateRange.months(day.year - behind + passed, month)

    return resolve


def _ago(match: re.Match[str]) -> Resolve:
    """Resolve "two weeks ago" and "in three days" to the day or the month."""
    back = match.groupdict().get("ago") is not None
    count, unit = _counted(match["count"]) * (-1 if back else 1), match["unit"].lower()
    return lambda day, _: _shifted(day, unit, count)


def _shifted(day: date, unit: str, count: int) -> DateRange:
    match unit:
        case "day" | "week" | "fortnight":
            return DateRange.day(day + timedelta(days=_LENGTHS[unit] * count))
        case "month":
            return DateRange.months(day.year, day.month + count)
        case "quarter":
            return _unit_at(day, "quarter", count)
        case _:
            return DateRange.months(day.year + count, 1, 12)


def _past_units(match: re.Match[str]) -> Resolve:
    """Resolve "the past two weeks": up to the day itself."""
    count, unit = _counted(match.groupdict().get("count") or "one"), match["unit"].lower()
    days = count * _LENGTHS.get(unit, 365)
    return lambda day, _: DateRange(day - timedelta(days=days), day)


def _in_shifted_year(match: re.Match[str]) -> Resolve:
    """Resolve "September last year" and "3 May next year"."""
    month, shift = MONTHS[match["month"].lower()], _direction(match["which"])
    number = match["day"]

    def resolve(day: date, _: bool) -> DateRange:
        if number:
            return DateRange.day(date(day.year + shift, month, int(number)))
        return DateRange.months(day.year + shift, month)

    return resolve


def _numeric_month(match: re.Match[str]) -> Resolve:
    """Resolve "2026-03"."""
    year, month = int(match["year"]), int(match["month"])
    return lambda _day, _ahead: DateRange.months(year, month)


def _short_quarter(match: re.Match[str]) -> Resolve:
    """Resolve "Q1 2026"."""
    quarter, year = int(match["quarter"]), int(match["year"])
    return lambda _day, _ahead: DateRange.months(year, quarter * 3 - 2, 3)


def _direction(which: str) -> int:
    word = which.lower()
    if word in _LAST.split("|"):
        return -1
    return 1 if word in _NEXT.split("|") else 0


def _counted(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS[" ".join(word.lower().split())]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_WHICH = rf"(?P<which>{_LAST}|{_THIS}|{_NEXT})"
_GRAMMAR: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Resolve]], ...] = (
    (_compiled("|".join(sorted(_DAYS, key=len, reverse=True))), _day_word),
    (_compiled(rf"{_WHICH} (?P<unit>weekend|week|month|quarter|year)"), _calendar_unit),
    (_compiled(rf"{_WHICH} (?P<name>{'|'.join(WEEKDAYS)})"), _named_weekday),
    (_compiled(rf"(?!this (?-i:may)\b){_WHICH} (?P<month>{'|'.join(MONTHS)})"), _named_month),
    (_compiled(rf"{_COUNT} {_UNIT}s? (?P<ago>ago|earlier)"), _ago),
    (_compiled(rf"in {_COUNT} {_UNIT}s?(?: from now| time)?"), _ago),
    (_compiled(rf"{_COUNT} {_UNIT}s? from now"), _ago),
    (_compiled(rf"(?:last|past|previous) {_COUNT} {_UNIT}s?"), _past_units),
    (_compiled(rf"(?:in|over|during|within|for) the (?:last|past) {_UNIT}"), _past_units),
    (
        _compiled(
            rf"(?:(?P<day>[0-3]?\d)(?:st|nd|rd|th)? )?(?P<month>{'|'.join(MONTHS)})"
            rf"(?: of)? {_WHICH} year"
        ),
        _in_shifted_year,
    ),
    (re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(?![\w-])"), _numeric_month),
    (_compiled(r"Q(?P<quarter>[1-4]) (?P<year>20\d\d)"), _short_quarter),
)
# Expressions that name a month, a quarter or a year of the calendar.
_CALENDAR = frozenset({_named_month, _in_shifted_year, _numeric_month, _short_quarter})
