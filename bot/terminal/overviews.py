"""Rendering of overviews for a terminal or a pipe: one dated sentence an entry."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from bot.domain.models import Answer, Citation
from bot.terminal.layout import (
    CITED,
    FAINT,
    HEADING,
    MARKER,
    Hanging,
    console,
    inert,
    joined,
    linked,
    show,
    stacked,
)
from bot.wording.measures import pages
from bot.wording.overviews import date_in_words, entry_label, overview_title
from prompts import text


def print_overview(answer: Answer) -> None:
    """Print the overview to standard output."""
    show(console(), overview_view(answer))


def overview_view(answer: Answer) -> RenderableType:
    """Render the title and the entries with their dates and articles. Without entries, render why
    there are none, and the newest article."""
    shown = answer.citations or answer.closest
    entries = [_entry(citation) for citation in shown]
    return stacked([[Text(overview_title(answer), HEADING)], *entries])


def _entry(citation: Citation) -> Iterator[RenderableType]:
    marker = Text(f"[{citation.number}] ", MARKER)
    parts: list[Text | str] = []
    if citation.happened:
        parts.append(Text(inert(date_in_words(citation.happened)), CITED))
    if label := entry_label(citation):
        parts.append(Text(label, FAINT))
    yield Hanging(marker, joined([*parts, inert(citation.quote)], " "))
    yield Hanging(Text(" " * marker.cell_len), _place(citation))


def _place(citation: Citation) -> Text:
    """Render the article and the copies. The date is left out, because the entry has one."""
    details = (
        inert(citation.source),
        pages([citation.page]),
        linked(citation.url) if citation.url else "",
    )
    title = Text(inert(citation.title or citation.article_id), FAINT)
    where = joined((part for part in details if part), ", ")
    place = joined((part for part in (title, where) if part), " — ")
    if not citation.also_in:
        return place
    copies = "; ".join(
        inert(copy.source or copy.title or copy.article_id) for copy in citation.also_in
    )
    return joined((place, f"{text('answers.also_in')} {copies}"), ". ")
