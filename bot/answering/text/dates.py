"""Dates in a text, as precise as the text gives them: "22 September 2025", "in September",
"2026"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.words import Word

MONTHS = {
    name: number
    for number, name in enumerate(
        (
            "january february march april may june july august september october november december"
        ).split(),
        start=1,
    )
}
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_ISO = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-([0-3]\d)(?![\d-])")
_PARTS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_OF_YEAR = frozenset({"half", "quarter"})
# After these words "May" is the month; at the start of a sentence it is a wish.
_BEFORE_MONTH = frozenset(
    "in of on by since until till from to early mid late last next this before after".split()
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as the text gives it; missing parts are None. `part` is a half or quarter of
    the year."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: tuple[str, int] | None = None
    weekday: str | None = None

    @property
    def is_bare_year(self) -> bool:
        return self.year is not None and len(self._told) == 1

    @property
    def _told(self) -> dict[str, object]:
        fields = ("year", "month", "day", "part", "weekday")
        return {name: getattr(self, name) for name in fields if getattr(self, name)}

    def is_told_by(self, other: "Date", years: frozenset[int] = frozenset()) -> bool:
        """Return whether the other date has all parts of this one. If this date has a month or a
        part of a year, a year that the other lacks may be any of `years`, in which the other was
        written."""
        told = dict(other._told)
        if other.year is None and self.year in years and (self.month or self.part):
            told["year"] = self.year
        return told.items() >= self._told.items()

    def differs_from(self, other: "Date") -> bool:
        """Return whether both dates have the same part with different values."""
        mine, its = self._told, other._told
        return any(mine[name] != its[name] for name in mine.keys() & its.keys())


def read_dates(text: str, words: Sequence[Word]) -> list[Date]:
    """Read the dates in `words`, which are the words of `text`, in order."""
    found = [
        Date(*match.span(), year=int(match[1]), month=int(match[2]), day=int(match[3]))
        for match in _ISO.finditer(text)
    ]
    taken = [(date.start, date.end) for date in found]
    place = 0
    while place < len(words):
        inside = any(start <= words[place].start < end for start, end in taken)
        date, after = (None, place + 1) if inside else _read(words, place)
        if date:
            found.append(date)
        place = after
    return sorted(found, key=lambda date: date.start)


def _read(words: Sequence[Word], place: int) -> tuple[Date | None, int]:
    for read in (_day_month, _month, _part, _year, _weekday):
        if (found := read(words, place)) is not None:
            return found
    return None, place + 1


_Read = tuple[Date, int] | None


def _day_month(words: Sequence[Word], place: int) -> _Read:
    """Read a date such as "22 September 2025" or "the 22nd of September"."""
    day = _day(words, place)
    after = place + 1
    if after < len(words) and words[after].lower == "of":
        after += 1
    month = _month_at(words, after) if day else None
    if month is None:
        return None
    year, end = _year_at(words, after + 1)
    return _date(words, place, end, year=year, month=month, day=day)


def _month(words: Sequence[Word], place: int) -> _Read:
    """Read a date such as "September 22, 2025", "September 2025" or "in September"."""
    month = _month_at(words, place)
    if month is None:
        return None
    day = _day(words, place + 1)
    after = place + 1 + bool(day)
    if words[place].lower == "may" and not day and not _is_month_of_may(words, place):
        return None
    year, end = _year_at(words, after)
    return _date(words, place, end, year=year, month=month, day=day)


def _part(words: Sequence[Word], place: int) -> _Read:
    """Read a date such as "the second half of 2026"."""
    number = _PARTS.get(words[place].lower)
    if number is None or place + 1 >= len(words) or words[place + 1].lower not in _OF_YEAR:
        return None
    after = place + 2 + (place + 2 < len(words) and words[place + 2].lower == "of")
    year, end = _year_at(words, after)
    return _date(
        words, place, end if year else place + 2, year=year, part=(words[place + 1].lower, number)
    )


def _year(words: Sequence[Word], place: int) -> _Read:
    year, end = _year_at(words, place)
    return _date(words, place, end, year=year) if year else None


def _weekday(words: Sequence[Word], place: int) -> _Read:
    day = words[place].lower
    return _date(words, place, place + 1, weekday=day) if day in WEEKDAYS else None


def _date(words: Sequence[Word], first: int, end: int, **told: object) -> tuple[Date, int]:
    last = words[end - 1]
    return Date(words[first].start, last.start + len(last.surface), **told), end  # type: ignore[arg-type]


def _month_at(words: Sequence[Word], place: int) -> int | None:
    """Return the number of the month at `place`. It needs a capital: "march" and "may" are also
    verbs."""
    if place >= len(words) or not words[place].surface[0].isupper():
        return None
    return MONTHS.get(words[place].lower)


def _is_month_of_may(words: Sequence[Word], place: int) -> bool:
    year, _ = _year_at(words, place + 1)
    return bool(year) or (place > 0 and words[place - 1].lower in _BEFORE_MONTH)


def _day(words: Sequence[Word], place: int) -> int | None:
    digits = words[place].lower if place < len(words) else ""
    return (
        int(digits)
        if digits.isdecimal() and 1 <= len(digits) <= 2 and 0 < int(digits) < 32
        else None
    )


def _year_at(words: Sequence[Word], place: int) -> tuple[int | None, int]:
    """Read a year at `place`, and return it with the index after it. A number with a comma or an
    amount of money is not a year."""
    if place < len(words) and _YEAR.fullmatch(words[place].surface):
        money = place > 0 and not words[place - 1].surface[0].isalnum()
        scaled = place + 1 < len(words) and words[place + 1].lower in _COUNTED
        if not (money or scaled):
            return int(words[place].surface), place + 1
    return None, place


_COUNTED = frozenset(
    "million billion trillion thousand dollar dollars euro euros percent gigawatt gigawatts "
    "megawatt megawatts people employees workers jobs".split()
)
