"""Differing values, superseded sentences and dates of publication in words.

The words contain untrusted text of articles. Surfaces make it safe."""

from collections.abc import Iterable, Sequence

from bot.domain.models import Change, Citation, Disagreement, Place, StatedValue, ValueKind
from bot.wording.measures import counted
from bot.wording.overviews import date_in_words
from prompts import text


def value_words(disagreement: Disagreement, value: StatedValue) -> str:
    """Return the value as the articles have it, or "Yes" or "No"."""
    if disagreement.kind is ValueKind.STATUS:
        return text(f"answers.{value.text}")
    return " ".join(value.text.split())


def origin_words(value: StatedValue) -> str:
    """Count the outlets of a value and their sources; "" for a single outlet."""
    if value.outlets < 2:
        return ""
    outlets, sources = counted(value.outlets, "outlet"), counted(value.sources, "source")
    return text("answers.origins", outlets=outlets, sources=sources)


def by_origin(citations: Iterable[Citation]) -> Sequence[Sequence[Citation]]:
    """Group the citations by outlet and date, in the order of the first of each group."""
    groups: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault((citation.source, citation.published), []).append(citation)
    return list(groups.values())


def superseded_words(citation: Citation) -> str:
    """Say since when a sentence no longer holds, because something else is stated in its place or
    its article was withdrawn; "" if it holds."""
    if not citation.superseded:
        return ""
    day = date_in_words(citation.superseded)
    if citation.change is Change.WITHDRAWN:
        return text("answers.withdrawn", day=day)
    return text("answers.superseded", day=day)


def published_words(place: Place) -> str:
    """Return the date of publication, or say that it is unknown."""
    return date_in_words(place.published.strip()) or text("answers.date_unknown")
