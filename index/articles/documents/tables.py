"""Tables of documents as blocks: one row is one block, with the header of each cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.base.table_rows import column_name, is_header_row, table_row
from index.articles.base.writer import ArticleWriter
from index.models import BlockKind

MOST_COLUMNS = 200
_MOST_HEADERS = 4
_LONGEST_HEADER = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the document gives it. `above` means that it continues the cell above it."""

    text: str
    columns: int = 1
    rows: int = 1
    above: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells; `header` if the document marks it as one that repeats on each page."""

    cells: Sequence[Cell]
    header: bool = False


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the grid. `extra` if its cell began in a column to the left."""

    text: str = ""
    extra: bool = False


_Grid = list[list[_Slot]]


def add_table(writer: ArticleWriter, rows: Sequence[Row], *, page: int = 0) -> None:
    """Append the rows of a table. A single cell above the header is the table's caption; below it,
    it is a row without a header, such as "Assets"."""
    grid = _grid(rows)
    full = [at for at, line in enumerate(grid) if _texts(line)]
    grid, rows = [grid[at] for at in full], [rows[at] for at in full]
    width = max(map(len, grid), default=0)
    top = _captions(grid, width)
    for line in grid[:top]:
        writer.add(BlockKind.CAPTION, " ".join(_texts(line)), page=page)
    grid, rows = grid[top:], rows[top:]
    headers = _headers(rows, grid)
    top_texts = [[slot.text for slot in line] for line in grid[:headers]]
    names = [column_name(top_texts, column) for column in range(width)]
    for line in grid[headers:]:
        label = width > 1 and _spans_all(line, width)
        cells = ["" if slot.extra else slot.text for slot in line]
        writer.add(BlockKind.TABLE_ROW, table_row([] if label else names, cells), page=page)


def _captions(grid: _Grid, width: int) -> int:
    """Count the rows at the top with one text, as wide as the table."""
    count = 0
    while count < len(grid) - 1 and width > 1 and (
        _spans_all(grid[count], width) or _is_sentence(grid[count], width)
    ):  # fmt: skip
        count += 1
    return count


def _spans_all(line: list[_Slot], width: int) -> bool:
    alone = len(line) == width and all(slot.extra for slot in line[1:])
    return len(_texts(line)) == 1 and (alone or len(line) == 1)


def _is_sentence(line: list[_Slot], width: int) -> bool:
    """Return whether a row has a text that is too long for a header and spans half the table."""
    wide = sum(slot.extra for slot in line) + 1 > width / 2
    return wide and any(len(text) > _LONGEST_HEADER for text in _texts(line))


def _texts(line: list[_Slot]) -> list[str]:
    return [slot.text for slot in line if slot.text and not slot.extra]


def _grid(rows: Sequence[Row]) -> _Grid:
    """Return the texts, with each cell in every column and row that it spans."""
    grid: _Grid = []
    below: dict[int, tuple[int, _Slot]] = {}
    for row in rows:
        line: list[_Slot] = []
        still: dict[int, tuple[int, _Slot]] = {}
        for cell in row.cells:
            _fill(line, below)
            for slot in _slots(cell, grid[-1:], len(line)):
                if cell.rows > 1:
                    still[len(line)] = (cell.rows - 1, slot)
                line.append(slot)
        _fill(line, below)
        below = {at: (left - 1, slot) for at, (left, slot) in below.items() if left > 1} | still
        grid.append(line)
    return grid


def _slots(cell: Cell, last: _Grid, column: int) -> Iterator[_Slot]:
    text = " ".join(cell.text.split())
    if cell.above and last and column < len(last[0]):
        text = last[0][column].text
    for extra in range(max(1, min(cell.columns, MOST_COLUMNS - column))):
        yield _Slot(text, bool(extra))


def _fill(line: list[_Slot], below: dict[int, tuple[int, _Slot]]) -> None:
    while len(line) in below and len(line) < MOST_COLUMNS:
        line.append(below[len(line)][1])


def _headers(rows: Sequence[Row], grid: _Grid) -> int:
    """Count the header rows: those marked, or else the rows of names above the first amounts."""
    marked = 0
    while marked < len(rows) and rows[marked].header:
        marked += 1
    if marked:
        return marked if marked < len(rows) else 0
    names = 0
    while names < min(len(grid) - 1, _MOST_HEADERS) and _is_names(grid, names):
        names += 1
    return names if any(_has_amounts(line) for line in grid[names:]) else 0


def _is_names(grid: _Grid, at: int) -> bool:
    """Return whether a row looks like one of headers. From the second on, the first column is
    empty, or continues a header that spans rows."""
    line = grid[at]
    first = line[0].text if line else ""
    if at and first and first != grid[0][0].text:
        return False
    return not _has_amounts(line) and len([slot for slot in line if slot.text]) > 1 - (not first)


def _has_amounts(line: list[_Slot]) -> bool:
    return not is_header_row(["name", *(slot.text for slot in line)])
