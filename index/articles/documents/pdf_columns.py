"""Reading order of a page: its columns, and the lines in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.articles.documents.pdf_lines import Piece

_DEEPEST = 6  # columns within columns
_CROSSING = 0.15  # share of the lines that may cross a gutter: headings
_LEAST_LINES = 3
_LEAST_WORDS, _LEAST_CHARS = 3, 18  # in a line of prose
_WORDS = 2.6  # the same on average, in a strip of a few lines
_PROSE = 0.5  # share of such lines in a column
_GUTTER = 0.7  # narrowest, in parts of the font size
_BLANK = 1.0  # blank strip that separates zones, likewise
_NARROW = 0.22  # pieces narrower than this part of a column are no lines of prose
_UNEVEN = 0.3
_CELLS = 0.25
_BINS = 600
_WIDEST, _EVEN = 4.0, 1.35  # gaps between the words of a justified line
_SAME_LINE = 0.35


@dataclass(slots=True)
class Line:
    """All pieces on one baseline of a column."""

    pieces: list[Piece]

    @property
    def text(self) -> str:
        """Text of the whole line."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.pieces[-1].x1

    @property
    def y(self) -> float:
        """Baseline, counted downwards."""
        return self.pieces[0].y

    @property
    def size(self) -> float:
        """Font size of the longest piece."""
        return max(self.pieces, key=lambda piece: len(piece.text)).size

    @property
    def bold(self) -> bool:
        """True if all pieces are bold."""
        return all(piece.bold for piece in self.pieces)


Gutter = tuple[float, float]


def columns_of(pieces: Sequence[Piece], depth: int = 0) -> list[list[Line]]:
    """Return the columns of a page, each with its lines, in reading order."""
    blocks: list[list[Piece]] = []
    for zone, gutter in _zones(list(pieces), depth):
        if gutter is None:
            blocks.append(zone)
            continue
        for band, crosses in _bands(zone, gutter):
            if crosses:
                blocks.append(band)
                continue
            middle = sum(gutter) / 2
            left = [piece for piece in band if piece.x1 <= middle]
            right = [piece for piece in band if piece.x1 > middle]
            for side in (left, right):
                if side:
                    inner = columns_of(side, depth + 1)
                    blocks += [[p for line in lines for p in line.pieces] for lines in inner]
    parts = [part for block in blocks if block for part in _without_side_notes(block)]
    return [_rejoined(lines_of(part)) for part in parts]


def _rejoined(lines: list[Line]) -> list[Line]:
    """Join the words of justified lines that are as far apart as cells of a table."""
    right = max(line.x1 for line in lines)
    for line in lines:
        if len(line.pieces) > 1 and line.x1 > right - 0.7 * line.size and _is_even(line):
            line.pieces = [joined(line.pieces)]
    return lines


def _is_even(line: Line) -> bool:
    """Return whether all words of a line are about equally far apart."""
    between = [right.x0 - left.x1 for left, right in pairwise(line.pieces)]
    gaps = between + [gap for piece in line.pieces for gap in piece.gaps]
    widest = max(gaps)
    return len(gaps) > 1 and widest < _WIDEST * line.size and widest < _EVEN * min(gaps) + 1


def joined(pieces: Sequence[Piece]) -> Piece:
    """Return pieces on one line as one piece."""
    first, last = pieces[0], pieces[-1]
    return Piece(
        glyphs=[],
        text=" ".join(piece.text for piece in pieces),
        marks=[mark for piece in pieces for mark in piece.marks],
        x0=first.x0,
        x1=last.x1,
        y=first.y,
        size=first.size,
        bold=all(piece.bold for piece in pieces),
        first_word=first.first_word,
    )


def _without_side_notes(pieces: list[Piece]) -> list[list[Piece]]:
    """Return a column, and what stands beside it in the margin, apart from each other."""
    prose = [piece for piece in pieces if _is_line(piece)]
    if len(prose) < _LEAST_LINES or len(prose) < _PROSE * len(pieces):
        return [pieces]
    left = sorted(piece.x0 for piece in prose)[len(prose) // 20]
    right = sorted(piece.x1 for piece in prose)[-1 - len(prose) // 20]
    notes = [p for p in pieces if p.x1 < left - 0.5 * p.size or p.x0 > right + 0.5 * p.size]
    if _are_cells(notes, pieces):
        return [pieces]
    beside = {id(note) for note in notes if not _is_bullet(note, left)}
    inside = [piece for piece in pieces if id(piece) not in beside]
    outside = [piece for piece in pieces if id(piece) in beside]
    return [part for part in (inside, outside) if part]


def _are_cells(notes: list[Piece], pieces: list[Piece]) -> bool:
    """Return whether pieces in the margin stand in rows with short pieces, as in a table that is
    wider than the text."""
    aside = {id(note) for note in notes}
    rows = [line.pieces for line in lines_of(pieces) if any(id(p) in aside for p in line.pieces)]
    short = sum(any(id(p) not in aside and not _is_line(p) for p in row) for row in rows)
    return short > _CELLS * len(rows)


def _is_line(piece: Piece) -> bool:
    """Return whether a piece is as long as a line of prose. Most cells of tables are shorter."""
    return len(piece.text.split()) >= _LEAST_WORDS and len(piece.text) >= _LEAST_CHARS


def _is_bullet(piece: Piece, left: float) -> bool:
    """Return whether a piece to the left of the text is the mark of a list item."""
    return len(piece.text) <= 5 and piece.x1 < left and left - piece.x1 < 4 * piece.size


def lines_of(pieces: Sequence[Piece]) -> list[Line]:
    """Return the lines of one column, from top to bottom."""
    lines: list[Line] = []
    for piece in sorted(pieces, key=lambda piece: piece.y):
        if lines and piece.y - lines[-1].y < _SAME_LINE * min(piece.size, lines[-1].pieces[0].size):
            lines[-1].pieces.append(piece)
        else:
            lines.append(Line([piece]))
    for line in lines:
        line.pieces.sort(key=lambda piece: piece.x0)
    return lines


# --- zones ---------------------------------------------------------------------------------


def _zones(pieces: list[Piece], depth: int) -> list[tuple[list[Piece], Gutter | None]]:
    """Split a page at blank strips, then join what has the same columns."""
    zones: list[tuple[list[Piece], Gutter | None]] = []
    for zone in _strips(pieces):
        gutter = _gutter(zone) if depth < _DEEPEST else None
        if zones:
            last, last_gutter = zones[-1]
            same = _common(last_gutter, gutter)
            if same is None and gutter is None and last_gutter and _fits(zone, last_gutter):
                same = last_gutter
            if same is not None or (gutter is None and last_gutter is None):
                zones[-1] = (last + zone, same)
                continue
        zones.append((zone, gutter))
    return zones


def _strips(pieces: list[Piece]) -> list[list[Piece]]:
    strips: list[list[Piece]] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.y - piece.size):
        blank = piece.y - piece.size - bottom
        if strips and blank < _BLANK * piece.size:
            strips[-1].append(piece)
            bottom = max(bottom, piece.y)
        else:
            strips.append([piece])
            bottom = piece.y
    return strips


def _common(one: Gutter | None, other: Gutter | None) -> Gutter | None:
    """Return the gutter of two zones; None if they do not share one."""
    if one is None or other is None:
        return None
    both = max(one[0], other[0]), min(one[1], other[1])
    return both if both[1] > both[0] else None


def _fits(zone: list[Piece], gutter: Gutter) -> bool:
    """Return whether a small zone goes on with the columns above it."""
    middle = sum(gutter) / 2
    if any(piece.x0 < middle < piece.x1 for piece in zone):
        return False
    words = sum(len(piece.text.split()) for piece in zone) / len(zone)
    return len(lines_of(zone)) <= 2 * _LEAST_LINES and words >= _WORDS


def _bands(zone: list[Piece], gutter: Gutter) -> list[tuple[list[Piece], bool]]:
    """Split a zone into bands that cross the gutter and bands in columns."""
    middle = sum(gutter) / 2
    bands: list[tuple[list[Piece], bool]] = []
    for line in lines_of(zone):
        crosses = any(piece.x0 < middle < piece.x1 for piece in line.pieces)
        if bands and bands[-1][1] is crosses:
            bands[-1][0].extend(line.pieces)
        else:
            bands.append((list(line.pieces), crosses))
    return bands


# --- gutters -------------------------------------------------------------------------------


def _gutter(pieces: list[Piece]) -> Gutter | None:
    """Return the blank stripe between two columns of prose; None if there is none."""
    prose = [piece for piece in pieces if _is_line(piece)]
    if len(prose) < 2 * _LEAST_LINES:
        return None
    size = median(piece.size for piece in prose)
    wide = [s for s in _stripes(prose) if s[1] - s[0] >= _GUTTER * size]
    found = [s for s in wide if _separates(pieces, prose, s)]
    return max(found, key=lambda stripe: _balance(prose, stripe), default=None)


def _stripes(pieces: list[Piece]) -> list[Gutter]:
    """Return the vertical stripes that few pieces cross."""
    left = min(piece.x0 for piece in pieces)
    right = max(piece.x1 for piece in pieces)
    step = max((right - left) / _BINS, 0.5)
    changes = [0] * (int((right - left) / step) + 2)
    for piece in pieces:
        changes[int((piece.x0 - left) / step)] += 1
        changes[int((piece.x1 - left) / step)] -= 1
    allowed = _CROSSING * len(lines_of(pieces))
    stripes: list[Gutter] = []
    covering, start = 0, -1
    for at, change in enumerate(changes):
        covering += change
        if covering <= allowed and start < 0:
            start = at
        elif covering > allowed and start >= 0:
            stripes.append((left + (start + 1) * step, left + at * step))
            start = -1
    return stripes


def _separates(pieces: list[Piece], prose: list[Piece], stripe: Gutter) -> bool:
    """Return whether there is text in lines on both sides, not cells of a table."""
    middle = sum(stripe) / 2
    sides = [
        ([p for p in prose if p.x1 <= middle], [p for p in pieces if p.x1 <= middle]),
        ([p for p in prose if p.x0 >= middle], [p for p in pieces if p.x0 >= middle]),
    ]
    if not all(_is_prose(lines, everything) for lines, everything in sides):
        return False
    counts = sorted(len(lines_of(everything)) for _, everything in sides)
    return counts[0] >= _UNEVEN * counts[1]


def _is_prose(lines: list[Piece], everything: list[Piece]) -> bool:
    if len(lines) < _LEAST_LINES:
        return False
    width = max(piece.x1 for piece in everything) - min(piece.x0 for piece in everything)
    share = sum(len(piece.text) for piece in lines) / sum(len(p.text) for p in everything)
    return share >= _PROSE and median(piece.width for piece in lines) >= _NARROW * width


def _balance(pieces: list[Piece], stripe: Gutter) -> int:
    middle = sum(stripe) / 2
    left = sum(piece.x1 <= middle for piece in pieces)
    return min(left, sum(piece.x0 >= middle for piece in pieces))
