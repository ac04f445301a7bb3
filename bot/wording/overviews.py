"""Overviews in words: their titles, their dates, and what they say if there is nothing to show."""

from datetime import UTC, datetime

from bot.domain.models import Answer, Change, Citation, OverviewKind, Role
from bot.domain.overviews import OverviewRequest
from prompts import text

_YEAR, _MONTH, _DAY = 4, 7, 10  # lengths of "2031", "2031-02", "2031-02-03"
_LABELS = {
    Change.NEW: "overviews.corrected",
    Change.WITHDRAWN: "overviews.withdrawn",
}


def date_in_words(iso: str) -> str:
    """Format a date or time in ISO 8601 as precisely as it is given; return other text as it is."""
    if len(iso) == _YEAR:
        return iso
    try:
        moment = datetime.fromisoformat(f"{iso}-01" if len(iso) == _MONTH else iso)
    except ValueError:
        return iso
    if len(iso) == _MONTH:
        return text("overviews.month", date=moment)
    if len(iso) == _DAY:
        return text("measures.day", date=moment)
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return text("overviews.time", date=utc)


def overview_title(answer: Answer) -> str:
    """Return the line above the entries, or the one that says why there are none."""
    if not answer.citations:
        return _nothing(answer)
    title = _title(answer)
    if not answer.as_of:
        return title
    return text("overviews.then", title=title, day=date_in_words(answer.as_of))


def _title(answer: Answer) -> str:
    if answer.overview is OverviewKind.TIMELINE:
        return text("overviews.timeline")
    if answer.since:
        return text("overviews.latest_since", day=date_in_words(answer.since))
    return text("overviews.latest")


def entry_label(citation: Citation) -> str:
    """Return what the reader must know before a sentence of an overview; "" for most."""
    if citation.change is Change.REPLACED:
        # An entry of its own has a date: nothing stands in place of its sentence.
        return text("overviews.removed") if citation.happened else text("overviews.before")
    if citation.change is not None:
        return text(_LABELS[citation.change])
    return text("answers.context") if citation.role is Role.CONTEXT else ""


def asked_in_words(request: OverviewRequest) -> str:
    """Return the question that a command asks, for the receipt."""
    if request.kind is OverviewKind.TIMELINE:
        if request.topic:
            return text("overviews.asked_topic", topic=request.topic)
        return text("overviews.asked_timeline")
    if request.since:
        return text("overviews.asked_since", day=date_in_words(request.since))
    return text("overviews.asked_latest")


def _nothing(answer: Answer) -> str:
    if not answer.closest:
        return text("overviews.no_dates")
    newest = date_in_words(answer.closest[0].happened)
    if answer.since:
        return text("overviews.nothing_new", day=date_in_words(answer.since), newest=newest)
    return text("overviews.nothing_about", newest=newest)
