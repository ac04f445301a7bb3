"""A reader of Discord's markdown, to see what Discord does with a text. It is written from
Discord's rules, independently of the code that escapes. Where Discord's clients differ, it counts
whatever any of them acts on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_AT_LINE_START = {
    "quote": re.compile(r" *(?:>>>|>) "),
    "heading": re.compile(r" *#{1,3} (?=\S)"),
    "subtext": re.compile(r" *-# (?=\S)"),
    "list": re.compile(r" *(?:[-*+]|\d+[.)]) +"),
}
_LINK = re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?([^)\s]*)>?\)")
_OPAQUE = {
    "code block": re.compile(r"```[\s\S]+?```"),
    "code": re.compile(r"(`+)[\s\S]*?[^`]\1(?!`)"),
    "address": re.compile(r"\w+://[^\s<]+"),
    "mention": re.compile(r"<(?:@[!&]?|#)\d+>|@everyone|@here", re.IGNORECASE),
    "custom emoji": re.compile(r"<a?:\w+:\d+>"),
    "emoji": re.compile(r":[^\s:]+:"),
    "timestamp": re.compile(r"<t:-?\d+(?::\w)?>"),
    "command": re.compile(r"</[^>]+:\d+>"),
    "navigation": re.compile(r"<(?:id|\d+):[\w-]+(?::\d+)?>"),
    "autolink": re.compile(r"<(?:\w+:/+|mailto:|\+\d)[^ >]+>"),
    "invite": re.compile(r"\b(?:discord(?:app)?\.\w+|dsc\.gg|dis\.gd)/\w+", re.IGNORECASE),
}
_STYLES = {
    "bold": re.compile(r"\*\*([\s\S]+?)\*\*(?!\*)"),
    "underline": re.compile(r"__([\s\S]+?)__(?!_)"),
    "italic": re.compile(r"\*(?=\S)([\s\S]+?)\*|_([\s\S]+?)_"),
    "strike": re.compile(r"~~([\s\S]+?)~~"),
    "spoiler": re.compile(r"\|\|([\s\S]+?)\|\|"),
}


@dataclass
class Reading:
    """The result of reading a text as Discord does. `shown` is what users see. `acted_on` lists the
    kind and the source of everything that is not plain text."""

    shown: str = ""
    acted_on: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.acted_on}

    def all(self, kind: str) -> list[str]:
        return [source for found, source in self.acted_on if found == kind]


def read(source: str) -> Reading:
    reading = Reading()
    _read(source, True, reading)
    reading.shown = reading.shown.replace("\u2060", "")  # invisible
    return reading


def _read(source: str, line_start: bool, reading: Reading) -> None:
    at = 0
    while at < len(source):
        if escape := _ESCAPE.match(source, at):
            reading.shown += escape[1]
            at, line_start = escape.end(), False
            continue
        if line_start and (found := next(_matches(_AT_LINE_START, source, at), None)):
            reading.acted_on.append((found[0], found[1][0]))
            at = found[1].end()
            continue
        if link := _LINK.match(source, at):
            reading.acted_on.append(("link", link[0]))
            reading.shown += link[1]  # users see a backslash in a label
            at, line_start = link.end(), False
            continue
        if found := next(_matches(_OPAQUE, source, at), None):
            reading.acted_on.append((found[0], found[1][0]))
            reading.shown += found[1][0]
            at, line_start = found[1].end(), False
            continue
        if found := next(_matches(_STYLES, source, at), None):
            inner = next(group for group in found[1].groups() if group is not None)
            reading.acted_on.append((found[0], inner))
            _read(inner, line_start, reading)
            at, line_start = found[1].end(), False
            continue
        reading.shown += source[at]
        line_start = source[at] == "\n" or (line_start and source[at] == " ")
        at += 1


def _matches(
    rules: dict[str, re.Pattern[str]], source: str, at: int
) -> Iterator[tuple[str, re.Match[str]]]:
    return ((kind, found) for kind, rule in rules.items() if (found := rule.match(source, at)))
