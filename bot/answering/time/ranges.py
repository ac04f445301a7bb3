"""Ranges of days, as precise as a date expression gives them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

_DAY = timedelta(days=1)
_PERIOD_DAYS = 27  # from the first day of the shortest month to the last


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def day(cls, day: date) -> Self:
        return cls(day, day)

    @classmethod
    def week(cls, day: date) -> Self:
        """Return the week of the day, from Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @classmethod
    def months(cls, year: int, month: int, count: int = 1) -> Self:
        """Return `count` whole months. Raises ValueError outside the years 1 to 9999."""
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        end_year, end = year + (month + count - 2) // 12, (month + count - 2) % 12 + 1
        return cls(date(year, month, 1), date(end_year, end, monthrange(end_year, end)[1]))

    @property
    def is_day(self) -> bool:
        return self.first == self.last

    @property
    def is_month(self) -> bool:
        return self == DateRange.months(self.first.year, self.first.month)

    @property
    def is_year(self) -> bool:
        return self == DateRange.months(self.first.year, 1, 12)

    @property
    def is_period(self) -> bool:
        """True for a month or more; a shorter time is that of an event."""
        return (self.last - self.first).days >= _PERIOD_DAYS

    @property
    def iso(self) -> str:
        """The range in ISO 8601: "2026-04-03", "2026-04", "2026" or "2026-03-30/2026-04-05"."""
        if self.is_day:
            return self.first.isoformat()
        if self.is_month:
            return self.first.isoformat()[:7]
        if self.is_year:
            return self.first.isoformat()[:4]
        return f"{self.first.isoformat()}/{self.last.isoformat()}"

    @property
    def start_s(self) -> float:
        """The start of the first day, in seconds UTC."""
        return _seconds(self.first)

    @property
    def end_s(self) -> float:
        """The end of the last day, in seconds UTC."""
        return _seconds(self.last) + _DAY.total_seconds()

    def overlaps(self, other: "DateRange") -> bool:
        return self.first <= other.last and other.first <= self.last


def _seconds(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def day_of(seconds: float) -> date:
    """Return the day of a time in seconds UTC."""
    return datetime.fromtimestamp(seconds, UTC).date()
