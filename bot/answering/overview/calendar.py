"""Dates of articles and of events in their sentences, and the articles of a period."""

import numpy as np
from numpy.typing import NDArray

from bot.answering.time.ranges import day_of
from bot.answering.time.resolution import resolve_dates
from bot.domain.overviews import OverviewRequest
from index.articles.base.dates import iso_date, utc_seconds
from index.generations.reader import TextStore
from index.period import NOW, Period
from index.stores.text_store import StoredArticle, StoredSentence
from index.stores.times import BEFORE_ALL, ArticleTimes

Rows = NDArray[np.int64]

_DAY_S = 86_400
_COARSE, _DAY = 7, 10  # characters of "2026-03" and "2026-03-01"
_MOST_READ = 500  # articles read for when they were seen
_LATE_S = 7 * _DAY_S  # an article may be found this long after its publication and still be new


def article_date(article: StoredArticle, times: ArticleTimes) -> str:
    """Return the day of publication in ISO 8601, or the month or year if the day is unknown. If the
    date cannot be read, it is the day when the article was first seen."""
    if known := iso_date(article.published):
        return known[:_DAY]
    return day_of(float(times.published[article.row])).isoformat()


def event_date(sentence: StoredSentence, published: str) -> str:
    """Return the date of what the sentence states, in ISO 8601.

    That is its own date if it has exactly one, a day or a month that is not after the publication.
    Else it is `published`: what a sentence announces for later is news of its own day."""
    dates = resolve_dates(sentence.text, sentence.article.published)
    if len(dates) != 1 or len(published) <= _COARSE:
        return published
    days = dates[0].days
    known = days.is_day or days.is_month
    return days.iso if known and days.iso <= published[: len(days.iso)] else published


def period_of(request: OverviewRequest) -> Period:
    """Return the moment of the request's `as_of`, the end of a day, or now."""
    moment = utc_seconds(request.as_of)
    if moment is None:
        return NOW
    return Period(as_of=moment if len(request.as_of) > _DAY else moment + _DAY_S - 1)


def held_rows(times: ArticleTimes, period: Period) -> Rows:
    """Return the rows of the articles that hold in the period and have a date, newest first."""
    rows = np.flatnonzero(period.admits(times) & (times.published > BEFORE_ALL))
    moments = moments_of(times)[rows]
    return rows[np.lexsort((-rows, -moments))]


def moments_of(times: ArticleTimes) -> Rows:
    """Return when each text appeared, in seconds UTC: its publication or, for a later version, when
    it was first seen."""
    moments: Rows = np.maximum(times.published, times.since)
    return moments


def within(texts: TextStore, rows: Rows, since: str, until: str) -> Rows:
    """Return those of the rows, newest first, whose texts arrived after `since` and not after
    `until`."""
    start, end = utc_seconds(since), utc_seconds(until)
    if start is None and end is None:
        return rows
    arrivals = _arrivals(texts, rows, BEFORE_ALL if start is None else start)
    new = np.ones(len(rows), np.bool_)
    if start is not None:
        new &= arrivals > start
    if end is not None:
        new &= arrivals <= end
    return rows[new]


def _arrivals(texts: TextStore, rows: Rows, start: int) -> Rows:
    """Return when each text arrived, in seconds UTC: when it was first seen, if that was within a
    week of its publication. An older one was only found late.

    Else it is the publication. A mere date stands for the end of its day."""
    moments = moments_of(texts.times)[rows]
    arrivals: Rows = np.where(moments % _DAY_S == 0, moments + _DAY_S, moments)
    near = np.flatnonzero(arrivals > start - _LATE_S)[:_MOST_READ]
    for place in near.tolist():
        seen = utc_seconds(texts.articles[int(rows[place])].seen)
        if seen is not None and 0 <= seen - moments[place] <= _LATE_S:
            arrivals[place] = seen
    return arrivals
