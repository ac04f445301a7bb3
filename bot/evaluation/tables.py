"""Tables of figures: aligned text for a terminal, markdown for a page."""

from collections.abc import Sequence

Cell = str | int | float | None

_FIGURES = "0123456789.,+-–() "  # a column with only these characters is right-aligned


def table(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Render an aligned table: words to the left, figures to the right."""
    lines = [list(headers), *([shown(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = [
        any(row[column].strip(_FIGURES) for row in lines[1:]) for column in range(len(headers))
    ]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if is_word else cell.rjust(width)
            for cell, width, is_word in zip(line, widths, words, strict=True)
        ).rstrip()
        for line in lines
    )


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Render the table in GitHub's markdown."""
    lines = [list(headers), ["---"] * len(headers), *([shown(cell) for cell in r] for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(cell: Cell) -> str:
    """Format a cell: shares with three digits and no leading zero, as in papers.

    None is a dash."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.3f}".removeprefix("0") if cell >= 0 else f"{cell:.3f}"
    return str(cell)
