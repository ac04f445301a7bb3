"""Readings of a question with a date, by the words that lead the date."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.time.parts import moment, part_in
from bot.answering.time.present import asks_for_state
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import DAY, TimeReading, as_it_was, known_until, published_within
from bot.answering.time.tenses import tense_of
from bot.answering.time.trimming import without
from index.models import Span

_LONGEST = 60  # days of a period that limits the publication, such as "the past two weeks"
_FIGURES = {AnswerKind.AMOUNT, AnswerKind.COUNT, AnswerKind.DATE}


@dataclass(frozen=True, slots=True)
class DatedQuestion:
    """A question that is asked on `day`, with a date at `span`, and the days that it gives.
    `deictic` means that the date counts from the day of the question: "last week"."""

    question: str
    span: Span
    days: DateRange
    day: date
    deictic: bool = True

    @property
    def text(self) -> str:
        """The question without the date."""
        return without(self.question, self.span)

    @property
    def content(self) -> TimeReading:
        """The reading in which the date belongs to what is asked."""
        return TimeReading(self.question)

    @property
    def named(self) -> TimeReading:
        """The same reading, for a sentence that names one of the days."""
        return replace(self.content, told=self.days, is_named=True)

    @property
    def moment(self) -> date:
        """The day that stands for the days."""
        return moment(self._words, self.days)

    @property
    def is_part(self) -> bool:
        """True for a part of a month or of another period."""
        return part_in(self._words) != ""

    @property
    def _words(self) -> str:
        return self.question[self.span.start : self.span.end]

    @property
    def tense(self) -> str:
        return tense_of(self.question)

    @property
    def is_state(self) -> bool:
        return asks_for_state(self.question)

    def known_until(self, day: date) -> list[TimeReading]:
        """Return the readings for what was so at the end of a day. A later article counts if it
        names an earlier day."""
        told = replace(self.content, told=DateRange(date.min, day))
        return [known_until(self.text, day), told]


# The readings in their order; none for the present. None: the date belongs to what is asked.
Readings = list[TimeReading] | None
Read = Callable[[DatedQuestion], Readings]


def as_of(asked: DatedQuestion) -> Readings:
    """Read "as of 1 March". A time that has not ended is the present."""
    if asked.days.last >= asked.day >= asked.days.first:
        return []
    return [known_until(asked.text, asked.moment)]


def since(asked: DatedQuestion) -> Readings:
    """Read "since March". A whole year belongs to what is asked: "the CEO since 2019"."""
    if asked.days.is_year:
        return None
    return [published_within(text, asked.days.first, None) for text in (asked.text, asked.question)]


def after(asked: DatedQuestion) -> Readings:
    """Read "after 3 March": a later article counts, or a sentence that names a later day."""
    days = asked.days
    if days.is_year or asked.tense == "present" or days.last >= asked.day:
        return None
    told = replace(asked.content, told=DateRange(days.last + DAY, asked.day))
    return [published_within(asked.text, days.last + DAY, None), told]


def before(asked: DatedQuestion) -> Readings:
    """Read "before 3 March": what was known at the end of the day before."""
    if asked.days.is_year or asked.tense == "present":
        return None
    return asked.known_until(asked.days.first - DAY)


def until(asked: DatedQuestion) -> Readings:
    """Read "until May". What was so until May had ended when May began; but "until 3 May" includes
    the day, and "until the end of May" the month."""
    days = asked.days
    if days.is_year or asked.tense != "past" or days.first >= asked.day:
        return None
    if days.is_day or asked.is_part:
        return asked.known_until(min(asked.moment, asked.day - DAY))
    return asked.known_until(days.first - DAY)


def by(asked: DatedQuestion) -> Readings:
    """Read "by 3 March": what was known at the end of that day."""
    if asked.days.is_year or asked.tense != "past" or asked.moment >= asked.day:
        return None
    return asked.known_until(asked.moment)


def on(asked: DatedQuestion) -> Readings:
    """Read "on 3 May". A sentence that names the day comes first. Else, what was so on a day may be
    an older article's, and what happened on it is in an article of that day."""
    if not asked.days.is_day:
        return None
    named = asked.named if asked.is_state else replace(asked.content, told=asked.days)
    limited = within(asked) or []
    closed = asked.deictic or asked.is_state
    return [named, *limited] if closed else [named, *limited, asked.content]


def bare(asked: DatedQuestion) -> Readings:
    """Read a date without a word that leads it: "How full was the lake, 1 March?"."""
    readings = on(asked) if asked.days.is_day else during(asked)
    if not readings:
        return None
    return readings if readings[-1] == asked.content else [*readings, asked.content]


def during(asked: DatedQuestion) -> Readings:
    """Read "in March" and "at the end of May". A sentence that names the month comes first. Else,
    what was so is what was known then, and what happened is in an article of that time. The figures
    of a month may be of a later article, so that only the content counts."""
    if asked.tense == "present" or asked.days.is_year or asked.days.is_day:
        return None
    if asked.is_state:
        if asked.moment >= asked.day:
            return None
        held = replace(known_until(asked.text, asked.moment), held=asked.days)
        told = DateRange(date.min, asked.days.last)
        earlier = replace(asked.content, told=told, held=asked.days)
        return [asked.named, held, earlier]
    if answer_kind(asked.question) in _FIGURES and not asked.is_part:
        return None
    return [asked.named, *(within(asked) or ()), asked.content]


def within(asked: DatedQuestion) -> Readings:
    """Read "last week". A later article that names a day of that week counts, too, and so does an
    article of that week as it was then. The figures of a quarter or a year belong to what is
    asked."""
    days, day = asked.days, asked.day
    if days.first <= day <= days.last and asked.tense == "present":
        return [] if days.is_day else None
    if (days.last - days.first).days > _LONGEST:
        return None
    last = min(days.last, day)
    if last < day and asked.is_state:
        return [known_until(asked.text, last)]
    published = published_within(asked.text, days.first, last)
    if last == day:
        return [published]
    told = published_within(asked.text, days.first, None, told=days)
    return [told, published, as_it_was(published)]


def from_to(asked: DatedQuestion) -> Readings:
    """Read "between 1 and 5 March"."""
    days = asked.days
    published = published_within(asked.text, days.first, min(days.last, asked.day))
    told = published_within(asked.text, days.first, None, told=days)
    return [told, published, as_it_was(published), asked.content]
