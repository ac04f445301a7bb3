"""Small PDF files for tests, written by hand."""

from dataclasses import dataclass, field

_FONTS = {"F": b"Helvetica", "B": b"Helvetica-Bold"}


@dataclass
class PdfFile:
    """A PDF under construction. Lines are placed in points from the lower left corner."""

    pages: list[list[bytes]] = field(default_factory=lambda: [[]])
    extra: bytes = b""  # entries of the page

    def line(self, x: float, y: float, text: str, size: float = 10, font: str = "F") -> "PdfFile":
        """Write a line of text."""
        return self.runs(x, y, (text, size, 0), font=font)

    def runs(
        self, x: float, y: float, *runs: tuple[str, float, float], font: str = "F"
    ) -> "PdfFile":
        """Write runs of text, size and rise after each other on one line."""
        shown = [
            f"/{font} {size} Tf {rise} Ts (".encode() + _escaped(text) + b") Tj"
            for text, size, rise in runs
        ]
        place = f"BT 1 0 0 1 {x} {y} Tm ".encode()
        self.pages[-1].append(place + b" ".join(shown) + b" ET")
        return self

    def lines(
        self, x: float, y: float, *texts: str, size: float = 10, step: float = 12
    ) -> "PdfFile":
        """Write lines below each other."""
        for number, text in enumerate(texts):
            self.line(x, y - number * step, text, size)
        return self

    def page(self) -> "PdfFile":
        """Begin the next page."""
        self.pages.append([])
        return self

    def data(self) -> bytes:
        """Return the file."""
        kids = b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(len(self.pages)))
        objects = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(self.pages)),
            *(_font(name) for name in _FONTS.values()),
        ]
        for at, page in enumerate(self.pages):
            objects += [
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
                b"/Resources<</Font<</F 3 0 R/B 4 0 R>>>>%s>>" % (6 + 2 * at, self.extra),
                stream(b"\n".join(page)),
            ]
        return pdf_of(objects)


def _escaped(text: str) -> bytes:
    data = text.encode("cp1252").replace(b"\\", b"\\\\")
    return data.replace(b"(", b"\\(").replace(b")", b"\\)")


def _font(name: bytes) -> bytes:
    return b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % name


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a file with these objects. The first is the catalog."""
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end
