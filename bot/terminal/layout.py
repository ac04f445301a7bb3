"""Layout of text in a terminal: consoles, hanging indents, links.

Untrusted text passes through `inert` and into rich's Text, which parses no markup."""

import re
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.style import Style
from rich.text import Text

from bot.wording.visible import visible

EXACT, CITED, MARKER, FAINT, HEADING = "bold green", "bold", "bold cyan", "dim", "bold"
SUPERSEDED = "yellow"
TROUBLE = "red"
# Printable ASCII only: such a URL can neither end the escape sequence of the link nor imitate
# another URL.
_WEB = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_NARROWEST = 24  # columns for the text; a narrower terminal gets no indent
_WIDEST = 100  # columns; longer lines are hard to read


def console(*, stderr: bool = False, file: IO[str] | None = None) -> Console:
    """Make a console; it uses colours only on a terminal and if NO_COLOR is unset."""
    return Console(stderr=stderr, file=file, markup=False, emoji=False, highlight=False)


def show(out: Console, view: RenderableType) -> None:
    """Print the view; in a pipe every item stays on one line, however long."""
    if out.is_terminal:
        out.print(readable(view))
    else:
        out.print(view, soft_wrap=True)


def readable(view: RenderableType) -> RenderableType:
    """Limit the lines of the view to a length that is easy to read."""
    return Constrain(view, _WIDEST)


def inert(text: str) -> str:
    """Put untrusted text on one line and remove what a terminal would interpret."""
    return visible(_SPACE.sub(" ", text))


def linked(url: str) -> Text:
    """Render the URL as written; it is clickable only if it is an http or https URL."""
    return Text(inert(url), Style(link=url) if _WEB.fullmatch(url) else "")


def joined(parts: Iterable[Text | str], separator: str) -> Text:
    """Join the parts with the separator."""
    return Text(separator).join(Text(part) if isinstance(part, str) else part for part in parts)


class Hanging:
    """Body of text beside a marker, with a hanging indent, cut after `most` lines.

    In a pipe it is one line, never cut."""

    def __init__(self, marker: Text, body: Text, *, most: int | None = None) -> None:
        self._marker, self._body, self._most = marker, body, most

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        if options.no_wrap:
            yield self._marker + self._body
            return
        indent = self._marker.cell_len
        width = options.max_width - indent
        if width < _NARROWEST:
            yield self._marker + self._body
            return
        lines = list(self._body.wrap(out, width))
        if self._most and len(lines) > self._most:
            last = lines[self._most - 1]
            last.rstrip()
            last.truncate(width - 1)
            last.append("…")
            lines = [*lines[: self._most - 1], last]
        for number, line in enumerate(lines):
            yield (Text(" " * indent) if number else self._marker) + line


def stacked(blocks: Iterable[Iterable[RenderableType]]) -> Group:
    """Stack the blocks with an empty line between them; empty blocks leave no gap."""
    lines: list[RenderableType] = []
    for block in map(list, blocks):
        if block:
            lines += [Text(), *block] if lines else block
    return Group(*lines)
