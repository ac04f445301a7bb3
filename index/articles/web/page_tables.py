"""Data tables of web pages: one block per row, each cell with the name of its column.

Old pages and EDGAR filings lay out prose in tables; those are not data. Their cells are read as
blocks of the page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.articles.web.page_text import LINE_BREAK, Run, clean
from index.models import BlockKind

_LONGEST_CELL = 250  # characters; a longer cell without a header is prose
_MOST_CELLS = 100_000
_MOST_COLUMNS = 200
_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "button", "select", "input"})
_LEFT_OUT = frozenset({"del", "s", "strike"})
_BREAKING = frozenset({"p", "div", "br", "li", "tr", "td", "th"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_NUMBER = re.compile(
    r"[\s$€£¥%().,+−–—:/-]*(?:\d[\d\s$€£¥%().,+−–—:/-]*)?(?:bn|mn?|bps|x|pts?)?", re.I
)
_YEAR = re.compile(r"(?:FY\s?|Q[1-4]\s?)?(?:19|20)\d\d(?:[/–-]\d{2,4})?[AE]?", re.I)
_OPENS_AMOUNT = re.compile(r"[$€£¥(]+|US\$|-|[A-Z]{2,3}\$")
_CLOSES_AMOUNT = re.compile(r"\)?%?\)?|pts?|bps")
_BULLET = re.compile(r"[•·●○▪■◦‣*–—-]|o|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|[†‡§*]+")


@dataclass(slots=True)
class _Cell:
    """A cell of a table: its text, and the columns from `start` to `end` that it covers."""

    text: str
    start: int
    end: int
    header: bool


def is_data_table(table: Any) -> bool:
    """Return whether the cells of a table are data."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    if any(inner is not table for inner in table.iter("table")):
        return False
    rows = list(_rows(table))
    cells = [cell for row in rows for cell in row]
    if not cells or len(cells) > _MOST_CELLS or max(map(len, rows)) < 2:
        return False
    if next(table.iter("h1", "h2", "article", "form"), None) is not None:
        return False
    texts = [text for cell in cells if (text := _cell_text(cell))]
    marked = next(table.iter("th"), None) is not None
    if len(texts) < 2:
        return False
    if marked and len(rows) > 1:
        return True
    filled = sum(1 for row in rows if sum(1 for cell in row if _cell_text(cell)) > 1)
    return (
        filled > 1
        and max(map(len, texts)) <= _LONGEST_CELL
        and not all(_BULLET.fullmatch(text) or len(text) > 40 for text in texts)
        and not _lists_links(table, texts)
    )


def _lists_links(table: Any, texts: Sequence[str]) -> bool:
    linked = sum(len(_cell_text(link)) for link in table.iter("a") if link.get("href"))
    return linked > 0.7 * sum(map(len, texts))


def table_blocks(table: Any) -> Iterator[tuple[BlockKind, str]]:
    """Yield the blocks of a data table: its caption, its rows, and a heading for each row that
    names a section."""
    for caption in table.iter("caption"):
        yield BlockKind.CAPTION, _cell_text(caption)
    grid = [row for row in _grid(table) if any(cell.text for cell in row)]
    while len(grid) > 1 and len(grid[0]) == 1:
        yield BlockKind.HEADING, grid.pop(0)[0].text
    headers = _header_rows(grid)
    for row in grid[headers:]:
        filled = [cell for cell in row if cell.text]
        named = _named(grid[:headers], filled)
        if len(filled) == 1 and len(grid) > 1 and not _NUMBER.fullmatch(filled[0].text):
            yield BlockKind.HEADING, filled[0].text
        else:
            yield BlockKind.TABLE_ROW, " | ".join(named)


def _named(headers: Sequence[Sequence[_Cell]], row: Sequence[_Cell]) -> list[str]:
    """Return the cells of a row, each after the name of its column."""
    named = []
    for cell in row:
        name = _name(headers, cell)
        named.append(f"{name}: {cell.text}" if name and name != cell.text else cell.text)
    return named


def _name(headers: Sequence[Sequence[_Cell]], cell: _Cell) -> str:
    names = [
        header.text
        for row in headers
        for header in row
        if header.text and header.start < cell.end and cell.start < header.end
    ]
    return " ".join(dict.fromkeys(names)).rstrip(":")


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in table.iter("tr"):
        yield [cell for cell in row if cell.tag in ("td", "th")]


def _cell_text(cell: Any) -> str:
    run = Run()
    _collect(cell, run)
    return clean("".join(run.pieces).replace(LINE_BREAK, " "))


def _collect(element: Any, run: Run) -> None:
    """Add the text of a cell. Cells are shallow: a deep one is cut by the limit on recursion that
    the caller of a page sets."""
    run.add(element.text or "", False, False)
    for inner in element:
        tag = inner.tag
        if tag in _BREAKING:
            run.add(" ", False, False)
        if tag == "sup":
            run.raise_text(clean("".join(inner.itertext())), inner.tail or "", links_to_note=False)
        elif tag not in _SILENT and tag not in _LEFT_OUT and not _is_hidden(inner):
            _collect(inner, run)
        if tag in _BREAKING:
            run.add(" ", False, False)
        run.add(inner.tail or "", False, False)


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _grid(table: Any) -> Iterator[list[_Cell]]:
    """Yield the rows with the columns of each cell under row and column spans."""
    below: dict[int, tuple[int, _Cell]] = {}  # by first column: rows still to cover
    for cells in _rows(table):
        row: list[_Cell] = []
        column = 0
        for cell in cells:
            column = _fill(row, below, column)
            width = min(_span(cell, "colspan"), _MOST_COLUMNS)
            read = _Cell(_cell_text(cell), column, column + width, _is_header(cell))
            if (down := _span(cell, "rowspan")) > 1:
                below[column] = (down, read)
            row.append(read)
            column += width
            if column >= _MOST_COLUMNS:
                break
        _fill(row, below, column)
        below = {start: (rows - 1, cell) for start, (rows, cell) in below.items() if rows > 1}
        yield _merged(row)


def _fill(row: list[_Cell], below: dict[int, tuple[int, _Cell]], column: int) -> int:
    """Add the cells that reach down from rows above; return the next free column."""
    while column in below:
        cell = below[column][1]
        if all(cell is not known for known in row):
            row.append(cell)
        column = cell.end
    return column


def _merged(row: Sequence[_Cell]) -> list[_Cell]:
    """Join the parts of an amount that EDGAR tables keep in columns of their own: $, 12.5 and %."""
    merged: list[_Cell] = []
    for cell in row:
        if not cell.text:
            continue
        last = merged[-1] if merged else None
        if (
            last
            and _OPENS_AMOUNT.fullmatch(last.text)
            and cell.text[0].isdigit() | (cell.text[0] == "(")
        ):
            merged[-1] = _Cell(last.text + cell.text, last.start, cell.end, cell.header)
        elif last and _CLOSES_AMOUNT.fullmatch(cell.text) and last.text[-1].isdigit():
            merged[-1] = _Cell(last.text + cell.text, last.start, cell.end, last.header)
        else:
            merged.append(cell)
    return merged


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, int(value)) if value.isdecimal() and len(value) < 4 else 1


def _is_header(cell: Any) -> bool:
    if cell.tag == "th":
        return True
    group = cell.getparent().getparent()
    return group is not None and group.tag == "thead"


def _header_rows(grid: Sequence[Sequence[_Cell]]) -> int:
    """Count the rows of column names: those marked as headers, else the rows above the first one
    with an amount if they have no amounts themselves."""
    marked = 0
    while marked < len(grid) - 1 and _names_columns(grid[marked]):
        marked += 1
    if marked:
        return marked
    for count, row in enumerate(grid[:5]):
        if any(_is_amount(cell.text) for cell in row[1:]):
            return count if count and any(len(above) > 1 for above in grid[:count]) else 0
        if len(row) > 1 and len(row[0].text) > 60:
            return 0
        if not count and len(grid) > 1 and all(_is_amount(cell.text) for cell in grid[1]):
            return 1
    return 0


def _names_columns(row: Sequence[_Cell]) -> bool:
    return len(row) > 1 and all(cell.header for cell in row)


def _is_amount(text: str) -> bool:
    return bool(
        any(char.isdigit() for char in text)
        and _NUMBER.fullmatch(text)
        and not _YEAR.fullmatch(text)
    )
