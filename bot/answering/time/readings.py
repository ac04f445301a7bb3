"""Readings of a question in time: which articles count, and what to search for in them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.answering.time.present import in_present
from bot.answering.time.ranges import DateRange
from index.models import Span
from index.period import NOW, Period

DAY = timedelta(days=1)
_NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class TimeReading:
    """A reading of a question in time: `text` is what to search for, in the articles that `period`
    admits. `as_of`, `since` and `until` are the limits as ISO 8601 dates, "" for none; `since` and
    `until` limit the publication and are included. With `told`, the reading counts only if the best
    sentence names one of these days, or was published on one; with `is_named` it must name one.
    With `held` it counts only if the best sentence names no other month or longer period that has
    passed: what was so in February is not what was so in March."""

    text: str
    period: Period = NOW
    as_of: str = ""
    since: str = ""
    until: str = ""
    told: DateRange | None = None
    is_named: bool = False
    held: DateRange | None = None

    @property
    def is_limited(self) -> bool:
        """True if the question itself limits the articles."""
        return bool(self.as_of or self.since or self.until)

    @property
    def needs_dates(self) -> bool:
        """True if only an article with a date can be admitted."""
        limits = (self.period.start, self.period.end, self.held)
        return any(each is not None for each in limits)


@dataclass(frozen=True, slots=True)
class Event:
    """An event whose date limits the question, as its words name it. `before` tells a question
    about the time before the event from one about the time since. `needed` means that the question
    has no other reading. `near` asks for the last month before the event."""

    words: str
    before: bool
    needed: bool
    near: bool = False


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """The readings of a question in time, in the order in which they are tried; at least one.
    `spans` are the words of the question that limit the articles. `newest_first` means that it asks
    for the latest, `as_ranked` that it asks for the first or the original. `event` is an event
    whose date is not known yet."""

    readings: tuple[TimeReading, ...]
    spans: tuple[Span, ...] = ()
    newest_first: bool = False
    as_ranked: bool = False
    event: Event | None = None


def after_event(asked: QuestionTime, days: DateRange | None) -> tuple[TimeReading, ...]:
    """Return the readings of a question about an event, once its days are known; None if they are
    not."""
    limited, content = asked.readings
    if asked.event is None or days is None:
        return (content,)
    if not asked.event.before:
        told = replace(content, told=DateRange(days.first, date.max))
        return published_within(limited.text, days.first, None), told
    eve = days.first - DAY
    known = known_until(limited.text, eve)
    told = replace(content, told=DateRange(date.min, eve))
    near = published_within(limited.text, days.first - _NEAR, eve)
    readings = (near, known, told) if asked.event.near else (known, told)
    return readings[:-1] if asked.event.needed else readings


def known_until(text: str, day: date) -> TimeReading:
    """Return the reading of a question for what was known at the end of a day."""
    moment = DateRange.day(day).end_s - 1
    return TimeReading(in_present(text), Period(as_of=moment), as_of=day.isoformat())


def as_it_was(reading: TimeReading) -> TimeReading:
    """Return a reading with a last day of publication for the articles as they were on that day."""
    end = reading.period.end
    return (
        reading if end is None else replace(reading, period=replace(reading.period, as_of=end - 1))
    )


def published_within(
    text: str, first: date, last: date | None, told: DateRange | None = None
) -> TimeReading:
    """Return the reading of a question for the articles published from `first` to `last`; None for
    no end."""
    end = None if last is None else DateRange.day(last).end_s
    period = Period(start=DateRange.day(first).start_s, end=end)
    until = "" if last is None else last.isoformat()
    return TimeReading(text, period, since=first.isoformat(), until=until, told=told)
