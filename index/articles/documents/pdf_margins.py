"""Running headers, footers and page numbers of a PDF."""

import re
from collections import defaultdict
from collections.abc import Sequence

from index.articles.documents.pdf_columns import Line, lines_of
from index.articles.documents.pdf_lines import Page

_DEPTH = 4  # lines at the top and at the bottom that may be running ones
_MARGIN = 0.16  # part of the page in which they stand
_SHARE = 0.4  # of the pages on which a running line stands
_NUMBER = re.compile(
    r"(?:page |p\. ?|[-–—|•] ?)?(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,6})"
    r"(?:(?: of |/| / )\d{1,4}| ?[-–—|•])?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]{1,6}\b", re.IGNORECASE)


def take_margins(pages: Sequence[Page]) -> dict[str, list[str]]:
    """Take headers, footers and page numbers out of the pages. Returns them by reason."""
    edges = [_edge_lines(page) for page in pages]
    places: dict[tuple[str, float], set[int]] = defaultdict(set)
    for number, lines in enumerate(edges):
        for line in lines:
            places[_key(line)].add(number)
    taken: dict[str, list[str]] = {"header or footer": [], "page number": []}
    for page, lines in zip(pages, edges, strict=True):
        for line in lines:
            if reason := _reason(line, lines, len(places[_key(line)]), len(pages)):
                taken[reason].append(line.text)
                gone = {id(piece) for piece in line.pieces}
                page.pieces = [piece for piece in page.pieces if id(piece) not in gone]
    return taken


def _reason(line: Line, lines: Sequence[Line], pages: int, of: int) -> str:
    """Return why a line is left out; "" if it is not."""
    if _NUMBER.fullmatch(line.text) and line in (lines[0], lines[-1]):
        return "page number"
    if pages >= 2 and pages >= min(_SHARE * of, 3):
        return "page number" if _NUMBER.fullmatch(line.text) else "header or footer"
    return ""


def _edge_lines(page: Page) -> list[Line]:
    lines = lines_of(page.pieces)
    height = page.bottom - page.top
    top = [line for line in lines[:_DEPTH] if line.y < page.top + _MARGIN * height]
    rest = lines[len(top) :][-_DEPTH:]
    return top + [line for line in rest if line.y > page.bottom - _MARGIN * height]


def _key(line: Line) -> tuple[str, float]:
    """Return what is the same for a running line on all pages."""
    return _ROMAN.sub("#", _DIGITS.sub("#", line.text.lower())), round(line.size)
