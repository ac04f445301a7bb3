"""Rendering of search results for a terminal or a pipe."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from bot.domain.models import Found, FoundText
from bot.terminal.layout import CITED, HEADING, MARKER, Hanging, console, inert, show, stacked


def print_found(found: Found) -> None:
    """Print the search results to standard output."""
    show(console(), found_view(found))


def found_view(found: Found) -> RenderableType:
    """Render sentences and passages with their scores, best first."""
    if not found.sentences and not found.passages:
        return Text("Nothing was found.")
    return stacked(
        [
            [Text("Sentences", HEADING), *_ranked(found.sentences)] if found.sentences else [],
            [Text("Passages", HEADING), *_ranked(found.passages)] if found.passages else [],
        ]
    )


def _ranked(found: Iterable[FoundText]) -> Iterator[RenderableType]:
    for rank, hit in enumerate(found, start=1):
        place = f"{inert(hit.article_id)} {hit.start}–{hit.end}"
        yield Text.assemble((f"{rank:>3}  {hit.score:.3f}  ", MARKER), (place, CITED))
        yield Hanging(Text("     "), Text(inert(hit.text)))
