"""Time in a question: which articles count, and in which words to search for the rest.

A time limits the articles ("as of 1 March", "since Monday", "last week") or belongs to what is
asked ("announced in September"). The second kind is never a limit. Where a wording may mean either,
the question has several readings, which are tried in order.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answering.time.expression_type import TimeExpression
from bot.answering.time.expressions import read_expressions
from bot.answering.time.limits import limit_of
from bot.answering.time.parts import with_parts
from bot.answering.time.present import asks_for_state
from bot.answering.time.readings import Event, QuestionTime, TimeReading
from bot.answering.time.tenses import (
    asks_for_first,
    asks_for_knowledge,
    asks_for_newest,
    latest_span,
    tense_of,
)
from bot.answering.time.trimming import without
from index.models import Span

_EVENT = re.compile(
    r"\b(?P<near>(?i:(?:shortly|just|right|immediately|the (?:day|week|month)) ))?"
    r"(?P<lead>(?i:before|prior to|ahead of|until|up (?:to|until)|since)) "
    r"(?P<event>(?i:the|its|their|his|her) [^?,.;!]{3,80}|[A-Z][^?,.;!]{1,60}ed\b[^?,.;!]{0,40})"
)
_UNTIL = frozenset({"until", "up to", "up until"})  # an event that ends a state
_ARTICLES = frozenset({"the", "its", "their", "his", "her"})
_QUOTED = re.compile(r"“[^”]{0,300}”|\"[^\"]{0,300}\"")  # words of others belong to what is asked


def read_question_time(question: str, day: date) -> QuestionTime:
    """Read the time of a question that is asked on this day."""
    read = _read(question, day)
    newest = read.newest_first or asks_for_newest(question)
    return replace(read, newest_first=newest, as_ranked=asks_for_first(question))


def _read(question: str, day: date) -> QuestionTime:
    content = TimeReading(question)
    quoted = [Span(*match.span()) for match in _QUOTED.finditer(question)]
    read = with_parts(question, read_expressions(question))
    expressions = [each for each in read if not _is_within(each.span, quoted)]
    event = _event_in(question, expressions)
    if event and tense_of(question) != "present":
        span = Span(*event.span())
        limited = TimeReading(without(question, span))
        return QuestionTime((limited, content), (span,), event=_by_event(question, event))
    for place in range(len(expressions)):
        if limit := limit_of(question, expressions, place, day):
            readings = limit.readings or (TimeReading(limit.text),)
            return QuestionTime(readings, (limit.span,), newest_first=not limit.readings)
    return QuestionTime((content, *_without_latest(question)))


def _event_in(question: str, expressions: Sequence[TimeExpression]) -> re.Match[str] | None:
    """Return the event that limits the question. A date in the question must be the event's own, as
    in "before the vote in May"."""
    event = _EVENT.search(question)
    if event is None or (event["lead"].lower() in _UNTIL and not asks_for_state(question)):
        return None
    for each in expressions:
        words = question[event.start("event") : each.span.start].lower().split()
        if each.span.end > event.end() or not [word for word in words if word not in _ARTICLES]:
            return None
    return event


def _without_latest(question: str) -> tuple[TimeReading, ...]:
    """Return the reading of a question for the latest in other words: what an article reports, it
    does not call the latest."""
    span = latest_span(question)
    return () if span is None else (TimeReading(without(question, span)),)


def _is_within(span: Span, outer: Sequence[Span]) -> bool:
    return any(each.start <= span.start and span.end <= each.end for each in outer)


def _by_event(question: str, event: re.Match[str]) -> Event:
    before = event["lead"].lower() != "since"
    known = asks_for_knowledge(question[: event.start()])
    return Event(event["event"].strip(), before, needed=known and before, near=bool(event["near"]))
