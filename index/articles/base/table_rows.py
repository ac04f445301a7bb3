"""Rows of tables as text: each row is evidence by itself, with the name of each column."""

import re
from collections.abc import Iterator, Sequence

_AMOUNT = re.compile(r"[.,()%$€£¥+−–-]*+\d[\d.,()%$€£¥+−–-]*+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_header_row(row: Sequence[str]) -> bool:
    """Return whether a row looks like column names: no amounts, years allowed."""
    names = [cell for cell in row if cell]
    return len(names) > 1 and all(
        _YEAR.fullmatch(cell) or not _AMOUNT.fullmatch(cell.replace(" ", "")) for cell in names
    )


def table_rows(grid: Sequence[Sequence[str]], marked: int = 0) -> Iterator[str]:
    """Yield one text per row of data, each cell after the name of its column. Without marked
    headers, the first row is one if it has names and a later row has amounts."""
    headers = marked or int(_first_row_is_header(grid))
    width = max(map(len, grid), default=0)
    names = [column_name(grid[:headers], column) for column in range(width)]
    for row in grid[headers:]:
        if text := table_row(names, row):
            yield text


def _first_row_is_header(grid: Sequence[Sequence[str]]) -> bool:
    return len(grid) > 1 and is_header_row(grid[0]) and any(
        not is_header_row(["name", *row]) for row in grid[1:]
    )  # fmt: skip


def column_name(headers: Sequence[Sequence[str]], column: int) -> str:
    """Return the name of a column: the texts of its header rows, each once."""
    names = [row[column] for row in headers if column < len(row) and row[column]]
    return " ".join(dict.fromkeys(names))


def table_row(names: Sequence[str], cells: Sequence[str]) -> str:
    """Return one row of a table as text: "Nominee: Ada Brill | For: 280,090,970"."""
    pairs = [
        (names[column] if column < len(names) else "", " ".join(cell.split()))
        for column, cell in enumerate(cells)
    ]
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
