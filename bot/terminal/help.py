"""Rendering of the REPL's help at any width."""

import re
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bot.terminal.layout import CITED, Hanging
from prompts import text

_ENTRY = re.compile(r"( {2,}\S.*?) {2,}(\S.*)")  # a command, then what it does
_NARROW = 60  # columns; in a narrower terminal the description goes below the command
_INDENT = "    "


class _Entry:
    """A command and its description: beside each other, or one below the other."""

    def __init__(self, command: str, description: str, indent: int) -> None:
        self._command, self._description, self._indent = command, description, indent

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width < _NARROW:
            yield Text(self._command, CITED)
            yield Hanging(Text(_INDENT), Text(self._description))
        else:
            yield Hanging(Text(self._command.ljust(self._indent), CITED), Text(self._description))


def help_view() -> RenderableType:
    """Render the help. Lines with a command and its description form a list."""
    return Group(*_lines(text("repl_help").splitlines()))


def _lines(lines: list[str]) -> Iterator[RenderableType]:
    entries = [_ENTRY.fullmatch(line) for line in lines]
    widest = max((len(entry[1]) for entry in entries if entry), default=0)
    for line, entry in zip(lines, entries, strict=True):
        yield _Entry(entry[1], entry[2], widest + 2) if entry else Text(line)
