"""Glyphs of a PDF with their places, read by PDFium in a process of its own.

PDFium is C++ and its files are untrusted, so it runs with limits on time and memory, and a crash
ends only this process. The parent runs this file as a script: it imports nothing of the project.
"""

import ctypes
import json
import math
import sys
from array import array
from dataclasses import astuple, dataclass, field
from typing import Any, BinaryIO

# Exit codes for the parent.
LOCKED, DAMAGED, TOO_MANY_PAGES, TOO_MANY_GLYPHS, OUT_OF_MEMORY = 11, 12, 13, 14, 15
# Bits of a glyph's flags. The lowest two are its direction, in quarter turns.
BOLD, UNMAPPED = 4, 8
_HYPHENS = {0xFFFE: 0x2D, 0x2: 0x2D}  # PDFium's hyphen at the end of a line
_HEAVY = 600
_PASSWORD_ERROR = "password"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file and on the process that reads it, which the parent passes as arguments."""

    seconds: int = 60  # of processor time
    memory: int = 1_500_000_000  # bytes of address space
    pages: int = 1_000
    glyphs: int = 3_000_000
    page_glyphs: int = 100_000  # a page of a newspaper has 20,000

    def arguments(self) -> list[str]:
        """Return the limits as arguments of this script."""
        return [str(limit) for limit in astuple(self)]


@dataclass(slots=True)
class Glyphs:
    """Glyphs of a page: code points, four numbers for each (left, right, baseline and size, in
    points, in the glyph's own direction, downwards), and flags."""

    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # left, bottom, right, top
    codes: "array[int]" = field(default_factory=lambda: array("I"))
    places: "array[float]" = field(default_factory=lambda: array("f"))
    flags: bytearray = field(default_factory=bytearray)


def write_glyphs(glyphs: Glyphs, out: BinaryIO) -> None:
    """Write a page as a line of JSON and three arrays."""
    head = {"box": glyphs.box, "count": len(glyphs.codes)}
    out.write(json.dumps(head).encode() + b"\n")
    out.write(glyphs.codes.tobytes() + glyphs.places.tobytes() + bytes(glyphs.flags))


def read_glyphs(source: BinaryIO) -> Glyphs | None:
    """Read the next page; None after the last one."""
    line = source.readline()
    if not line:
        return None
    head = json.loads(line)
    glyphs = Glyphs(tuple(head["box"]))
    glyphs.codes.frombytes(source.read(4 * head["count"]))
    glyphs.places.frombytes(source.read(16 * head["count"]))
    glyphs.flags += source.read(head["count"])
    return glyphs


class _PageReader:
    """Reader of one page. What is the same for a run of glyphs is asked of PDFium once."""

    def __init__(self, raw: Any, text_page: Any) -> None:
        self._raw, self._page = raw, text_page
        self._bold: dict[Any, bool] = {}
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._last: Any = None
        self._run = (1.0, 0, 0)  # size, direction, flags

    def add(self, at: int, glyphs: Glyphs) -> None:
        """Append a glyph, unless PDFium made it up."""
        raw, page = self._raw, self._page
        code = raw.FPDFText_GetUnicode(page, at)
        item = raw.FPDFText_GetTextObject(page, at)
        if not item or code in (0xA, 0xD):
            return
        place = ctypes.cast(item, ctypes.c_void_p).value
        if place != self._last:
            self._last = place
            self._run = self._look(at, item)
        size, direction, flags = self._run
        raw.FPDFText_GetLooseCharBox(page, at, self._rect)
        raw.FPDFText_GetCharOrigin(page, at, self._x, self._y)
        # FPDFText_HasUnicodeMapError says yes for good Type 3 fonts too, as matplotlib writes them
        # (pypdfium2 5.15.2, findings/pdfium-unicode-map-error.sh).
        if code in (0, 0xFFFD) or 0xE000 <= code < 0xF900:
            flags |= UNMAPPED
        glyphs.codes.append(_HYPHENS.get(code, code))
        glyphs.places.extend((*self._along(direction), size))
        glyphs.flags.append(flags)

    def _look(self, at: int, item: Any) -> tuple[float, int, int]:
        raw, matrix = self._raw, self._matrix
        raw.FPDFText_GetMatrix(self._page, at, matrix)
        size = raw.FPDFText_GetFontSize(self._page, at) * math.hypot(matrix.c, matrix.d)
        direction = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        font = raw.FPDFTextObj_GetFont(item)
        bold = self._is_bold(font, at) if font else False
        return abs(size), direction, direction | (BOLD if bold else 0)

    def _is_bold(self, font: Any, at: int) -> bool:
        key = ctypes.cast(font, ctypes.c_void_p).value
        if key not in self._bold:
            name = ctypes.create_string_buffer(200)
            self._raw.FPDFFont_GetBaseFontName(font, name, 200)
            words = name.value.decode("utf-8", "replace").lower()
            heavy = any(word in words for word in ("bold", "black", "heavy", "demi"))
            weight = self._raw.FPDFText_GetFontWeight(self._page, at)
            self._bold[key] = heavy or weight >= _HEAVY
        return self._bold[key]

    def _along(self, direction: int) -> tuple[float, float, float]:
        """Return left, right and baseline as if the text ran from left to right, y downwards."""
        rect, x, y = self._rect, self._x.value, self._y.value
        if direction == 0:
            return rect.left, rect.right, -y
        if direction == 1:
            return rect.bottom, rect.top, x
        if direction == 2:
            return -rect.right, -rect.left, y
        return -rect.top, -rect.bottom, -x


def _read(data: bytes, out: BinaryIO, limits: Limits) -> int:
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        return LOCKED if _PASSWORD_ERROR in str(error).lower() else DAMAGED
    if count > limits.pages:
        return TOO_MANY_PAGES
    left = limits.glyphs
    for number in range(count):
        glyphs = _page(document, number, raw, min(left, limits.page_glyphs + 1))
        left -= len(glyphs.codes)
        if left <= 0 or len(glyphs.codes) > limits.page_glyphs:
            return TOO_MANY_GLYPHS
        write_glyphs(glyphs, out)
    out.flush()
    return 0


def _page(document: Any, number: int, raw: Any, most: int) -> Glyphs:
    """Return the glyphs of a page; none if PDFium cannot load it."""
    import pypdfium2

    try:
        page = document[number]
        text = page.get_textpage()
        glyphs = Glyphs(tuple(page.get_cropbox()))
    except pypdfium2.PdfiumError:
        return Glyphs()
    reader = _PageReader(raw, text.raw)
    for at in range(max(0, min(raw.FPDFText_CountChars(text.raw), most))):
        reader.add(at, glyphs)
    text.close()
    page.close()
    return glyphs


def _set_limits(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has only the parent's time limit
        return
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    given = Limits(*map(int, sys.argv[1:]))
    _set_limits(given)
    try:
        sys.exit(_read(sys.stdin.buffer.read(), sys.stdout.buffer, given))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
