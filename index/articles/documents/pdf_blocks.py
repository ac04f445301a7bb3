"""Blocks of a PDF page: paragraphs, headings, lists, notes and tables, made from its lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.articles.documents.hyphens import Compounds
from index.articles.documents.pdf_columns import Line
from index.articles.documents.pdf_lines import Piece
from index.articles.documents.tables import Cell, Row
from index.models import BlockKind

_LARGER = 1.12  # a heading, in parts of the body's size
_SMALLER = 0.93  # a footnote
_LONGEST_HEADING = 200
_LOOSE = 1.3  # line pitch after which a paragraph ends, in parts of the usual one
_INDENT = 0.8  # in parts of the font size, as all that follow
_ROOM = 0.8  # left over after a word that would have fitted
_EARLY = 0.3  # part of the column left free by a line that ends before its time
_CURRENCIES = frozenset("$ € £ ¥ US$ A$ C$ HK$ S$ ( $( €( £(".split())
_CLOSERS = frozenset(") % )% % ) x".split())
_CURRENCY_REACH = 5.0
_BULLET = re.compile(r"(?:[•▪‣◦●○■□➢➤–—*·-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_BULLET_ONLY = re.compile(r"[•▪‣◦●○■□➢➤–—*·\uf0b7-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
_SYMBOL_BULLET = re.compile(r"^[•▪‣◦●○■□➢➤·\uf0b7\uf0a7]\s*")
_NOTE = re.compile(r"(?:\(?\d{1,2}\)?|\[\d{1,2}\]|[*†‡§]{1,3}|\(?[a-z]\))\s?(?=\S)|Notes?:\s")
_CAPTION = re.compile(r"(?:Figure|Fig\.|Chart|Photo|Image)\s+\d+[.:|]\s*\S", re.IGNORECASE)
_CONTENTS = re.compile(r"(?<!\.)(?<!\.\s)\.(?:\s?\.){4,}+\s*+(?:\d{1,4}|[ivx]{1,5})?$")
_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*$")
MAY_GO_ON = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_STARTS_LOW = re.compile(r"[\"'“‘(]?[a-z]")


@dataclass(slots=True)
class PdfBlock:
    """A block as found. A table has rows instead of a text."""

    kind: BlockKind
    text: str
    page: int
    size: float = 0.0
    rows: list[Row] = field(default_factory=list)
    goes_on: bool = False  # no full stop ends it, so it may continue in the next column
    full: bool = False  # its last line is as long as the others
    left_out: str = ""  # reason


@dataclass(frozen=True, slots=True)
class Look:
    """How most text of a document is set."""

    size: float
    capitals: bool = False


def blocks_of(
    columns: Sequence[Sequence[Line]], look: Look, page: int, compounds: Compounds
) -> Iterator[PdfBlock]:
    """Yield the blocks of a page."""
    maker = _Maker(look, page, compounds)
    for lines in columns:
        lines = [_with_cells_joined(line) for line in lines]
        for part in _parts(lines):
            yield from maker.table(part.lines) if part.table else maker.paragraphs(part.lines)


# --- tables --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """Consecutive lines of a column that are a table, or are none."""

    lines: list[Line]
    table: bool


def _with_cells_joined(line: Line) -> Line:
    """Join a currency sign with its amount, a bullet with its text, and a percent sign with the
    number before it."""
    pieces: list[Piece] = []
    for piece in line.pieces:
        if pieces and _belongs(pieces[-1], piece, len(pieces) == 1):
            pieces[-1] = _joined(pieces[-1], piece)
        else:
            pieces.append(piece)
    return Line(pieces)


def _belongs(left: Piece, right: Piece, first: bool) -> bool:
    gap = right.x0 - left.x1
    if first and _BULLET_ONLY.fullmatch(left.text):
        return gap < _CURRENCY_REACH * left.size
    if left.text in _CURRENCIES:
        return gap < 2 * _CURRENCY_REACH * left.size and right.text[:1] in "0123456789(.-–—"
    return right.text in _CLOSERS and gap < 2 * left.size and left.text[-1:].isdigit()


def _joined(left: Piece, right: Piece) -> Piece:
    tight = left.text in _CURRENCIES or right.text in _CLOSERS
    text = f"{left.text}{'' if tight else ' '}{right.text}"
    width = right.first_word
    return Piece(
        [], text, left.marks + right.marks, left.x0, right.x1, left.y, right.size,
        left.bold and right.bold, left.width if not tight else left.width + width,
    )  # fmt: skip


def _parts(lines: list[Line]) -> Iterator[_Part]:
    """Split a column into tables and text."""
    at = 0
    text: list[Line] = []
    while at < len(lines):
        end = _table_end(lines, at)
        if end:
            if text:
                yield _Part(text, False)
            yield _Part(lines[at:end], True)
            text, at = [], end
        else:
            text.append(lines[at])
            at += 1
    if text:
        yield _Part(text, False)


_MOST_TRIES = 5  # ends of a table
_MOST_BETWEEN = 3  # lines with one cell between rows with several


def _table_end(lines: list[Line], start: int) -> int:
    """Return the end of the table that begins at a line; 0 if none does."""
    if len(lines[start].pieces) < 2 or _is_headline(lines[start], lines[start + 1 : start + 4]):
        return 0
    end, single = start + 1, 0
    while end < len(lines) and single <= _MOST_BETWEEN and _near(lines[end - 1], lines[end]):
        single = 0 if len(lines[end].pieces) > 1 else single + 1
        end += 1
    while len(lines[end - 1].pieces) < 2:
        end -= 1
    for _ in range(_MOST_TRIES):
        if end - start < 2:
            break
        if _is_table(lines[start:end]):
            return end
        end = _shorter(lines, start, end)
    return 0


def _is_headline(line: Line, below: Sequence[Line]) -> bool:
    """Return whether a line is set larger than those below it."""
    return bool(below) and line.size > 1.2 * median(other.size for other in below)


def _shorter(lines: list[Line], start: int, end: int) -> int:
    """Return an earlier end: before the last run of lines with one cell. The table may be followed
    by text that only looks like one."""
    while end > start and len(lines[end - 1].pieces) > 1:
        end -= 1
    while end > start and len(lines[end - 1].pieces) < 2:
        end -= 1
    return end


def _near(above: Line, below: Line) -> bool:
    return below.y - above.y < 4 * max(above.size, below.size)


def _is_table(lines: list[Line]) -> bool:
    rows = [line for line in lines if len(line.pieces) > 1]
    columns = table_columns(rows)
    if len(rows) < 2 or len(columns) < 2 or len(rows) * 3 < len(lines):
        return False
    fitting = sum(len({_column(piece, columns) for piece in row.pieces}) > 1 for row in rows)
    words = sum(len(piece.text.split()) for row in rows for piece in row.pieces)
    cells = sum(len(row.pieces) for row in rows)
    return fitting >= 0.7 * len(rows) and words <= 7 * cells


def table_columns(rows: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns of a table: the stripes that its cells cover. Rows with few cells span
    columns, so they do not count."""
    most = max((len(row.pieces) for row in rows), default=0)
    pieces = [p for row in rows if len(row.pieces) >= max(2, 0.6 * most) for p in row.pieces]
    columns: list[tuple[float, float]] = []
    for piece in sorted(pieces, key=lambda piece: piece.x0):
        if columns and piece.x0 < columns[-1][1] + 0.3 * piece.size:
            columns[-1] = (columns[-1][0], max(columns[-1][1], piece.x1))
        else:
            columns.append((piece.x0, piece.x1))
    return columns


def _column(piece: Piece, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return the first and the last column that a cell covers."""
    over = [at for at, (x0, x1) in enumerate(columns) if piece.x0 < x1 and x0 < piece.x1]
    if over:
        return over[0], over[-1]
    nearest = min(range(len(columns)), key=lambda at: _distance(piece, columns[at]))
    return nearest, nearest


def _distance(piece: Piece, column: tuple[float, float]) -> float:
    return min(abs(piece.x0 - column[1]), abs(column[0] - piece.x1))


Grid = list[dict[tuple[int, int], str]]


def _table_rows(lines: Sequence[Line], compounds: Compounds) -> list[Row]:
    columns = table_columns([line for line in lines if len(line.pieces) > 1])
    grid: Grid = []
    waiting: dict[tuple[int, int], str] = {}  # a label that goes on in the next line
    for at, line in enumerate(lines):
        cells: dict[tuple[int, int], str] = {}
        for piece in line.pieces:
            place = _column(piece, columns)
            cells[place] = compounds.join(cells.get(place, ""), piece.text)
        if grid and _continues(cells, grid[-1], lines[at - 1], line):
            _append(grid[-1], cells, compounds)
        elif _label_goes_on(cells, lines[at + 1 : at + 2]):
            waiting = {k: compounds.join(waiting.get(k, ""), v) for k, v in cells.items()}
        else:
            for text in waiting.values():
                first = next((k for k in cells if k[0] == 0), (0, 0))
                cells[first] = compounds.join(text, cells.get(first, ""))
            waiting = {}
            grid.append(cells)
    if waiting:
        grid.append(waiting)
    return [Row(_cells(cells, len(columns))) for cells in grid]


def _continues(cells: dict[tuple[int, int], str], above: dict[tuple[int, int], str],
               before: Line, line: Line) -> bool:  # fmt: skip
    """Return whether a line only goes on with the cells of the row above it."""
    if line.y - before.y > 1.6 * line.size:
        return False
    words = all(not any(c.isdigit() for c in text) for text in cells.values())
    low = all(_STARTS_LOW.match(text) for text in cells.values())
    return low and words and set(cells) <= set(above) and len(above) > 1


def _label_goes_on(cells: dict[tuple[int, int], str], following: Sequence[Line]) -> bool:
    """Return whether a line holds only the beginning of the next row's label."""
    if set(cells) != {(0, 0)} or not following or len(following[0].pieces) < 2:
        return False
    return _STARTS_LOW.match(following[0].text) is not None


def _append(
    row: dict[tuple[int, int], str], cells: dict[tuple[int, int], str], compounds: Compounds
) -> None:
    for place, text in cells.items():
        row[place] = compounds.join(row.get(place, ""), text)


def _cells(cells: dict[tuple[int, int], str], width: int) -> list[Cell]:
    row: list[Cell] = []
    at = 0
    for (first, last), text in sorted(cells.items()):
        first = max(first, at)
        row += [Cell("")] * (first - at)
        row.append(Cell(text, max(1, last - first + 1)))
        at = max(last + 1, first + 1)
    return row + [Cell("")] * (width - at)


# --- paragraphs ----------------------------------------------------------------------------


class _Maker:
    """Maker of the blocks of one page."""

    def __init__(self, look: Look, page: int, compounds: Compounds) -> None:
        self._look, self._body = look, look.size
        self._page, self._compounds = page, compounds

    def table(self, lines: list[Line]) -> Iterator[PdfBlock]:
        """Yield a table as one block."""
        if all(_CONTENTS.search(line.text) for line in lines if len(line.pieces) > 1):
            yield self._contents(lines)
            return
        rows = _table_rows(lines, self._compounds)
        yield PdfBlock(BlockKind.TABLE_ROW, "", self._page, lines[0].size, rows)

    def paragraphs(self, lines: list[Line]) -> Iterator[PdfBlock]:
        """Yield the paragraphs of consecutive lines."""
        left = min(line.x0 for line in lines)
        right = max(line.x1 for line in lines)
        pitch = _pitch(lines)
        paragraph: list[Line] = []
        for line in lines:
            if paragraph and self._begins(line, paragraph, left, right, pitch):
                yield self._block(paragraph, right)
                paragraph = []
            paragraph.append(line)
        yield self._block(paragraph, right)

    def _begins(
        self, line: Line, paragraph: list[Line], left: float, right: float, pitch: float
    ) -> bool:
        """Return whether a line begins a paragraph."""
        before = paragraph[-1]
        step = line.y - before.y
        if abs(line.size - before.size) > 0.08 * before.size or step > _LOOSE * pitch:
            return True
        if line.size >= _LARGER * self._body and step < 1.5 * line.size:
            return line.bold != before.bold  # a headline of several lines
        if line.bold != before.bold and (before.bold or line.bold) and _is_short(before, right):
            return True
        if _BULLET.match(line.text) and self._begins_item(line, paragraph, right):
            return True
        if _CONTENTS.search(before.text) or _CONTENTS.search(line.text):
            return bool(_CONTENTS.search(before.text)) != bool(_CONTENTS.search(line.text))
        listed = _BULLET.match(paragraph[0].text) is not None
        hanging = listed or (len(paragraph) > 1 and paragraph[0].x0 < before.x0 - 1)
        if not hanging and line.x0 > before.x0 + _INDENT * line.size and not _centred(before, line):
            return True
        if listed and line.x0 < paragraph[0].x0 + 0.2 * line.size and _ENDS.search(before.text):
            return True
        if _wraps(before, line, right):
            return False
        if _ENDS.search(before.text):
            return True
        early = before.x1 < right - _EARLY * (right - left)
        return early and not _STARTS_LOW.match(line.text)

    def _begins_item(self, line: Line, paragraph: list[Line], right: float) -> bool:
        """Return whether a line that opens with a mark is an item of a list."""
        first = paragraph[0]
        beside = bool(_BULLET.match(first.text)) and abs(line.x0 - first.x0) < 0.3 * line.size
        symbol = _SYMBOL_BULLET.match(line.text) is not None
        return symbol or beside or not _wraps(paragraph[-1], line, right)

    def _block(self, lines: list[Line], right: float) -> PdfBlock:
        if _CONTENTS.search(lines[-1].text):
            return self._contents(lines)
        text = ""
        for line in lines:
            text = self._compounds.join(text, line.text)
        kind = self._kind(lines, text)
        if kind is BlockKind.LIST_ITEM:
            text = _SYMBOL_BULLET.sub("", text)
        block = PdfBlock(kind, text, self._page, lines[0].size)
        block.goes_on = kind in MAY_GO_ON and not _ENDS.search(text)
        block.full = len(lines) > 1 and not _is_short(lines[-1], right)
        return block

    def _contents(self, lines: list[Line]) -> PdfBlock:
        text = " ".join(line.text for line in lines)
        return PdfBlock(BlockKind.PARAGRAPH, text, self._page, left_out="table of contents")

    def _kind(self, lines: list[Line], text: str) -> BlockKind:
        size = lines[0].size
        if _CAPTION.match(text) and len(text) < _LONGEST_HEADING:
            return BlockKind.CAPTION
        marked = bool(lines[0].pieces[0].marks) or _NOTE.match(text) is not None
        if size <= _SMALLER * self._body and marked:
            return BlockKind.NOTE
        if _BULLET.match(text) and (not lines[0].bold or len(lines) > 2):
            return BlockKind.LIST_ITEM
        if self._is_heading(lines, text, size):
            return BlockKind.HEADING
        return BlockKind.PARAGRAPH

    def _is_heading(self, lines: list[Line], text: str, size: float) -> bool:
        if len(text) > _LONGEST_HEADING or not any(char.isalpha() for char in text):
            return False
        if size >= _LARGER * self._body:
            return True
        capitals = not self._look.capitals and text.upper() == text and len(lines) <= 2
        plain_end = not text.endswith((".", ",", ";", ":"))
        return plain_end and (all(line.bold for line in lines) or capitals) and len(lines) <= 3


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of lines. Paragraphs of one line each are farther apart."""
    steps = sorted(
        below.y - above.y
        for above, below in pairwise(lines)
        if abs(above.size - below.size) < 0.08 * above.size
    )
    size = median(line.size for line in lines)
    close = [step for step in steps if step < 1.45 * size]
    if not close and _is_double(steps, size):
        return steps[0]
    return median(close) if close else 1.2 * size


def _is_double(steps: Sequence[float], size: float) -> bool:
    """Return whether a text is set with wide lines throughout."""
    return len(steps) > 3 and steps[0] < 2.6 * size and steps[len(steps) // 2] < 1.1 * steps[0]


def _is_short(line: Line, right: float) -> bool:
    return line.x1 < right - 3 * line.size


def _wraps(before: Line, line: Line, right: float) -> bool:
    """Return whether the first word of a line had no room at the end of the line before it."""
    return before.x1 + line.pieces[0].first_word + _ROOM * line.size > right


def _centred(above: Line, below: Line) -> bool:
    return abs((above.x0 + above.x1) - (below.x0 + below.x1)) < 2 * above.size
