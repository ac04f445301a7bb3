"""How text lies in a terminal: consoles, hanging indents, links. What comes from outside goes
through `inert` and into rich's Text, which parses nothing."""

import re
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.style import Style
from rich.text import Text

from bot.wording.visible import visible

EXACT, CITED, MARKER, FAINT, HEADING = "bold green", "bold", "bold cyan", "dim", "bold"
TROUBLE = "red"
# Printable ASCII only: such an address can neither end the escape sequence that makes the link
# nor look like another one.
_WEB = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_NARROWEST = 24  # columns for the words; below that an indent hurts more than it helps


def console(*, stderr: bool = False, file: IO[str] | None = None) -> Console:
    """For standard output or error: colours only where it is a terminal and NO_COLOR is unset."""
    return Console(stderr=stderr, file=file, markup=False, emoji=False, highlight=False)


def show(out: Console, view: RenderableType) -> None:
    """Prints; in a pipe every item stays on one line, however long."""
    out.print(view, soft_wrap=not out.is_terminal)


def inert(text: str) -> str:
    """Untrusted text on one line, with nothing left in it that a terminal would act on."""
    return visible(_SPACE.sub(" ", text))


def linked(url: str) -> Text:
    """The address as it is written, clickable only where it leads to the web."""
    return Text(inert(url), Style(link=url) if _WEB.fullmatch(url) else "")


def joined(parts: Iterable[Text | str], separator: str) -> Text:
    """Those of the parts that say something, with the separator between them."""
    return Text(separator).join(Text(part) if isinstance(part, str) else part for part in parts)


class Hanging:
    """A body of words beside a marker, cut after `most` lines. In a pipe it is one whole line."""

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
    """The blocks with an empty line between them; empty ones leave no gap."""
    lines: list[RenderableType] = []
    for block in map(list, blocks):
        if block:
            lines += [Text(), *block] if lines else block
    return Group(*lines)
