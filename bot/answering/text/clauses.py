"""Boundaries of clauses: the marks and connectives that one clause ends and another begins at.

Each caller names the kinds of boundary that matter to it. The scope of a negation does not end at
"and" or "that"; the clause of a speaker does.
"""

import re
from collections.abc import Iterator
from enum import Flag, auto
from functools import cache

from index.models import Span


class Boundary(Flag):
    """Kinds of clause boundaries. JOINT is a comma before a connective."""

    STOP = auto()
    PAUSE = auto()
    JOINT = auto()
    CONJUNCTION = auto()
    RELATIVE = auto()
    AND = auto()
    MARK = STOP | PAUSE
    PART = STOP | CONJUNCTION
    SCOPE = MARK | CONJUNCTION
    ANY = SCOPE | RELATIVE | AND


_CONJUNCTION = r"(?:but|although|while|whereas|because|after)"
_RELATIVE = r"(?:that|which|who)"
_WORD = rf"(?:and|so|yet|{_CONJUNCTION}|{_RELATIVE})"
_PATTERNS = {
    Boundary.STOP: r"[;!?]|\.(?=\s|$)",
    Boundary.PAUSE: r"[,:](?!\w)|[()–—]",
    Boundary.JOINT: rf",(?= {_WORD}(?!\w))",
    Boundary.CONJUNCTION: rf"(?<!\w){_CONJUNCTION}(?!\w)",
    Boundary.RELATIVE: rf"(?<!\w){_RELATIVE}(?!\w)",
    Boundary.AND: r"(?<!\w)and(?!\w)",
}
_OPENING = re.compile(rf"[\s,]*(?:{_WORD}\s+)?")


def boundaries(text: str, kinds: Boundary, end: int | None = None) -> Iterator[Span]:
    """Find the boundaries of these kinds, up to `end`."""
    for match in _pattern(kinds).finditer(text, 0, len(text) if end is None else end):
        yield Span(*match.span())


def clause_start(text: str, before: int, kinds: Boundary = Boundary.ANY) -> int:
    """Find the start of the clause that `before` is in or ends. Connectives that open the clause
    are not part of it."""
    ends = [boundary.end for boundary in boundaries(text, kinds, before)]
    opening = _OPENING.match(text, ends[-1], before) if ends else None
    return opening.end() if opening else 0


def clause_end(text: str, after: int, kinds: Boundary = Boundary.ANY) -> int:
    """Find the end of the clause that begins at `after` or contains it."""
    found = _pattern(kinds).search(text, after)
    return found.start() if found else len(text)


@cache
def _pattern(kinds: Boundary) -> re.Pattern[str]:
    return re.compile("|".join(p for kind, p in _PATTERNS.items() if kind in kinds))
