"""Pieces of lines of a PDF page, made from its glyphs.

A piece is text on one baseline without a wide gap: a line of a column, or a cell of a table.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.articles.base.raised import raised_text
from index.articles.documents.pdf_glyphs import BOLD, UNMAPPED, Glyphs

# All in parts of the font size.
_SAME_LINE = 0.22  # baselines of one line differ by at most this
_WORD_GAP = 0.17  # no space glyph, but a gap: letters of one word stay closer
_WORD_GAP_SPACED = 0.2  # where the font has space glyphs, a gap alone means less
_PIECE_GAP = 0.9  # a column begins after such a gap
_DOUBLE = 0.12  # glyphs painted twice for a bold look lie this close
_RAISED_SIZE = 0.86  # a footnote mark is at most this size
_RAISED_LOW, _RAISED_HIGH = 0.1, 0.75  # its baseline above that of the line
_LOWERED = -0.35
_MARK_GAP = 0.45  # between a mark and the word before it
_LETTER_SPACED = 0.1  # gaps between all letters, in letter-spaced words
_MOST_NEIGHBOURS = 60
_SPACE = " "
_FRACTION_BARS = ("/", "⁄")
_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN_DIGITS = str.maketrans(_RAISED_DIGITS, "0123456789")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}


@dataclass(slots=True)
class Glyph:
    """A glyph with its place. `y` is the baseline, counted downwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    raised: bool = False


@dataclass(slots=True)
class Piece:
    """Text on one baseline. `marks` are footnote marks that were taken out of it."""

    glyphs: list[Glyph]
    text: str = ""
    marks: list[str] = field(default_factory=list)
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0
    size: float = 0.0
    bold: bool = False
    first_word: float = 0.0  # width
    gaps: list[float] = field(default_factory=list)  # between its words

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0


@dataclass(slots=True)
class Page:
    """Pieces of a page. `top` and `bottom` are the edges of the paper, counted downwards."""

    pieces: list[Piece]
    top: float = 0.0
    bottom: float = 0.0
    turned: str = ""  # text in another direction
    outside: str = ""  # text outside of the page
    letters: int = 0
    unmapped: int = 0


def page_of(glyphs: Glyphs) -> Page:
    """Return the pieces of a page, from top to bottom."""
    count = len(glyphs.codes)
    directions = Counter(flag & 3 for flag in glyphs.flags)
    main = directions.most_common(1)[0][0] if directions else 0
    left, top, right, bottom = _box(glyphs.box, main)
    page = Page([], top, bottom, letters=count)
    page.unmapped = sum(flag & UNMAPPED > 0 for flag in glyphs.flags)
    inside: list[Glyph] = []
    outside: list[Glyph] = []
    turned: list[Glyph] = []
    for at, glyph in _each(glyphs):
        if glyphs.flags[at] & 3 != main:
            turned.append(glyph)
        elif left <= glyph.x1 and glyph.x0 <= right and top <= glyph.y <= bottom + glyph.size:
            inside.append(glyph)
        else:
            outside.append(glyph)
    page.turned, page.outside = _raw_text(turned), _raw_text(outside)
    page.pieces = _pieces(inside)
    return page


def _box(box: tuple[float, float, float, float], direction: int) -> tuple[float, ...]:
    """Return left, top, right and bottom of the page in the direction of its text."""
    left, bottom, right, top = box
    if right <= left or top <= bottom:
        return -1e9, -1e9, 1e9, 1e9
    return (
        (left, -top, right, -bottom),
        (bottom, left, top, right),
        (-right, bottom, -left, top),
        (-top, -right, -bottom, -left),
    )[direction]


def _each(glyphs: Glyphs) -> Iterator[tuple[int, Glyph]]:
    places = glyphs.places
    high = ""
    end = (0.0, 0.0)  # right edge and baseline of the last letter
    for at, code in enumerate(glyphs.codes):
        char = chr(code) if code < 0x110000 else "\ufffd"
        if 0xD800 <= code < 0xDC00:  # PDFium gives rare characters in two halves
            high = char
            continue
        if 0xDC00 <= code < 0xE000:
            char = (high + char).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        high = ""
        if char in _INVISIBLE or (code < 0x20 and char != "\t"):
            continue
        if 0xE000 <= code < 0xF900:  # symbol fonts; most often a bullet
            char = "•"
        x0, x1, y, size = places[4 * at : 4 * at + 4]
        bold = bool(glyphs.flags[at] & BOLD)
        # Justified lines may place a space over the letter after it.
        if char.isspace() and y == end[1] and abs(x0 - end[0]) < size:
            x0 = x1 = end[0]
        else:
            end = (x1, y)
        yield at, Glyph(_LIGATURES.get(char, char), x0, max(x0, x1), y, max(size, 0.1), bold)


def _raw_text(glyphs: Sequence[Glyph]) -> str:
    return "".join(glyph.text for glyph in glyphs)


# --- pieces --------------------------------------------------------------------------------


def _pieces(glyphs: list[Glyph]) -> list[Piece]:
    pieces = [piece for line in _lines(glyphs) for piece in _split(line)]
    pieces = _with_raised(pieces)
    for piece in pieces:
        _finish(piece)
    return sorted((p for p in pieces if p.text), key=lambda piece: (piece.y, piece.x0))


def _lines(glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the glyphs on each baseline, from left to right."""
    line: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if line and glyph.y - line[0].y > _SAME_LINE * min(glyph.size, line[-1].size):
            yield _in_order(line)
            line = []
        line.append(glyph)
    if line:
        yield _in_order(line)


def _in_order(line: list[Glyph]) -> list[Glyph]:
    line.sort(key=lambda glyph: glyph.x0)
    kept: list[Glyph] = []
    for glyph in line:
        double = kept and glyph.text == kept[-1].text != _SPACE
        if not (double and abs(glyph.x0 - kept[-1].x0) < _DOUBLE * glyph.size):
            kept.append(glyph)
    return kept


def _split(line: list[Glyph]) -> Iterator[Piece]:
    """Split a line at wide gaps and where the size changes much."""
    piece: list[Glyph] = []
    last: Glyph | None = None
    reach = _reach(line)
    for glyph in line:
        if glyph.text.isspace():
            if piece:
                piece.append(glyph)
            continue
        if last is not None:
            gap = glyph.x0 - last.x1
            sizes = sorted((glyph.size, last.size))
            if gap > reach * sizes[1] or (sizes[0] < _RAISED_SIZE * sizes[1] and gap > sizes[0]):
                yield Piece(piece)
                piece = []
        piece.append(glyph)
        last = glyph
    if last is not None:
        yield Piece(piece)


def _reach(line: list[Glyph]) -> float:
    """Return the gap that splits a line. Letter-spaced words have wider ones."""
    return _PIECE_GAP + 4 * _letter_gap([glyph for glyph in line if not glyph.text.isspace()])


def _letter_gap(glyphs: Sequence[Glyph]) -> float:
    """Return the usual gap between letters in parts of their size; 0 unless they are spaced."""
    if len(glyphs) < 6:
        return 0.0
    gaps = [
        (right.x0 - left.x1) / right.size
        for left, right in pairwise(glyphs)
        if left.text.isalnum() and right.text.isalnum()
    ]
    gap = median(gaps) if len(gaps) > 4 else 0.0
    return gap if _LETTER_SPACED < gap < 1.5 else 0.0


# --- raised marks --------------------------------------------------------------------------


def _with_raised(pieces: list[Piece]) -> list[Piece]:
    """Put raised and lowered pieces into the lines beside which they stand."""
    for piece in pieces:
        _measure(piece)
    hosts = sorted(pieces, key=lambda piece: piece.y)
    kept: list[Piece] = []
    taken: set[int] = set()
    for at, piece in enumerate(hosts):
        host = _host(piece, hosts, at)
        if host is not None and id(host) not in taken:
            for glyph in piece.glyphs:
                glyph.raised = piece.y < host.y
            host.glyphs = _in_order([*host.glyphs, *piece.glyphs])
            host.x0, host.x1 = min(host.x0, piece.x0), max(host.x1, piece.x1)
            taken.add(id(piece))
        else:
            kept.append(piece)
    return kept


def _measure(piece: Piece) -> None:
    solid = [glyph for glyph in piece.glyphs if not glyph.text.isspace()]
    sizes = Counter(round(glyph.size, 1) for glyph in solid)
    piece.size = sizes.most_common(1)[0][0]
    main = [glyph for glyph in solid if abs(glyph.size - piece.size) < 0.1] or solid
    piece.y = median(glyph.y for glyph in main)
    piece.x0, piece.x1 = solid[0].x0, max(glyph.x1 for glyph in solid)
    piece.bold = sum(glyph.bold for glyph in solid) > 0.98 * len(solid)


def _host(piece: Piece, pieces: list[Piece], at: int) -> Piece | None:
    """Return the larger piece beside which a small one is raised or lowered; None if there is
    none."""
    for step, stop in ((1, len(pieces)), (-1, -1)):
        for other in range(at + step, stop, step)[:_MOST_NEIGHBOURS]:
            host = pieces[other]
            if abs(host.y - piece.y) > host.size + piece.size:
                continue
            if _is_beside(piece, host):
                return host
    return None


def _is_beside(piece: Piece, host: Piece) -> bool:
    if piece.size > _RAISED_SIZE * host.size or len(piece.glyphs) > 12:
        return False
    above = (host.y - piece.y) / host.size
    if not (_RAISED_LOW < above < _RAISED_HIGH or _LOWERED < above < -0.04):
        return False
    near = _MARK_GAP * host.size
    return host.x0 - near - piece.width <= piece.x0 <= host.x1 + near


# --- text ----------------------------------------------------------------------------------


def _finish(piece: Piece) -> None:
    """Write the text of a piece, with its words apart and its marks taken out."""
    _measure(piece)
    words = _Words(piece)
    words.write()
    piece.text = " ".join("".join(words.pieces).replace("\xa0", " ").split())
    piece.first_word = words.first_end - piece.x0


class _Words:
    """Writer of a piece's text."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._solid = [glyph for glyph in piece.glyphs if not glyph.text.isspace()]
        self._gap = self._word_gap()
        self.pieces: list[str] = []
        self.first_end = piece.x1

    def _word_gap(self) -> float:
        plain = [glyph for glyph in self._solid if not glyph.raised]
        spaced = _letter_gap(plain)
        if spaced:
            return spaced * 1.7 + 0.05
        has_spaces = any(glyph.text.isspace() for glyph in self._piece.glyphs)
        return _WORD_GAP_SPACED if has_spaces else _WORD_GAP

    def write(self) -> None:
        """Write all words."""
        raised: list[Glyph] = []
        last: Glyph | None = None
        space = False
        letters = _letter_gap([glyph for glyph in self._solid if not glyph.raised]) > 0
        for glyph in self._piece.glyphs:
            if glyph.text.isspace():
                space = not letters
                continue
            if raised and not _is_raised(glyph):
                self._settle(raised, glyph.text)
            if last is not None and (space or glyph.x0 - last.x1 > self._room(last, glyph)):
                self._space(last, bool(raised))
                self._piece.gaps.append(glyph.x0 - last.x1)
            space = False
            last = glyph
            if _is_raised(glyph):
                raised.append(glyph)
            else:
                self.pieces.append(glyph.text)
        self._settle(raised)

    def _room(self, last: Glyph, glyph: Glyph) -> float:
        """Return the gap that separates words. Between fonts, space glyphs are often missing."""
        same = abs(last.size - glyph.size) < 0.1 and last.bold == glyph.bold
        return (self._gap if same else min(self._gap, _WORD_GAP)) * max(last.size, glyph.size)

    def _space(self, last: Glyph, in_raised: bool) -> None:
        if not in_raised:
            self.pieces.append(_SPACE)
        if len(self.pieces) > 1 and self.first_end == self._piece.x1:
            self.first_end = last.x1

    def _settle(self, raised: list[Glyph], following: str = "") -> None:
        """Decide on raised text: a footnote mark goes; a power and a fraction stay."""
        if raised:
            text = "".join(glyph.text for glyph in raised).translate(_PLAIN_DIGITS)
            raised.clear()
            before = "".join(self.pieces[-6:])
            if following in _FRACTION_BARS and text.isdigit():
                self.pieces.append(f" {text}" if before[-1:].isdigit() else text)
                return
            kept = raised_text(text, before)
            self.pieces.append(kept)
            if not kept:
                self._piece.marks.append(text)


def _is_raised(glyph: Glyph) -> bool:
    return glyph.raised or glyph.text in _RAISED_DIGITS
