"""Word documents (.docx), walked as they read with all changes accepted.

Read with lxml: mammoth 1.13.0 loses the words of fldSimple and reports nothing that it leaves out;
python-docx 1.2.0 drops tracked insertions and content controls.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.articles.base.raised import lowered_text, raised_text
from index.articles.base.readers import guess
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import child, children, descendants, name_of, text_of
from index.articles.documents.archives import Archive, member_at, or_empty
from index.articles.documents.tables import Cell, Row, add_table
from index.articles.documents.word_styles import Styles, flag, setting
from index.errors import SourceError
from index.models import Article, BlockKind

WITHDRAWN = "withdrawn text"
_MAIN = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELETED = frozenset({"del", "moveFrom"})
# The inside of these is read; everything unknown is read too.
_SILENT = frozenset(
    "pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr sdtEndPr instrText delInstrText rt rubyPr"
    " binData fldData ffData object oleObject docPr cNvPr posOffset annotationRef".split()
)
_TEXTS = {"tab": "\t", "noBreakHyphen": "-", "cr": "\n", "ptab": "\t"}
_SYMBOLS = {
    **{0xB7: "•", 0xA7: "▪", 0xA9: "©", 0xD3: "©", 0xAE: "®", 0xD2: "®", 0xD4: "™", 0xE4: "™"},
    **{0xB0: "°", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xB4: "×", 0x2D: "−", 0xA5: "∞", 0x6D: "µ"},
}
_NOTES = ("footnotes", "endnotes")
_MARGINS = ("header", "footer")
_BOX = "txbxContent"
_LAYOUT_WORDS = 60
_NO_TITLE = re.compile(r"microsoft word.*|document ?\d*|untitled.*", re.IGNORECASE)


@dataclass(slots=True)
class _Line:
    """Text of a paragraph while it is collected."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)  # footnotes that it refers to
    boxes: list[Any] = field(default_factory=list)  # text boxes that it anchors
    bold: int = 0  # characters in bold
    length: int = 0

    @property
    def text(self) -> str:
        """Text without double spaces. A line break stays."""
        lines = "".join(self.pieces).replace("\xa0", " ").split("\n")
        return "\n".join(line for line in (" ".join(part.split()) for part in lines) if line)

    def write(self, text: str, bold: bool) -> None:
        """Append text of one format."""
        self.pieces.append(text)
        visible = len(text.strip())
        self.length += visible
        self.bold += visible if bold else 0


def read_word(data: bytes, article_id: str, place: str) -> Article:
    """Read a .docx file. Raises SourceError if it is damaged, encrypted or without text."""
    if data.startswith(_OLE):
        raise SourceError(
            f"{place} is encrypted or in the old format of Word 97. Save it as .docx, without a "
            "password."
        )
    document = _Document(Archive(data, place), place)
    document.read()
    article = document.writer.article(article_id, title=guess(document.title))
    if not article.text:
        raise SourceError(f"{place} contains no text. If its pages are pictures, use OCR first.")
    return article


class _Document:
    """A document while it is read."""

    def __init__(self, archive: Archive, place: str) -> None:
        self._archive = archive
        self._place = place
        self._main = _related(archive, "").get("officeDocument", [_MAIN])[0]
        self._parts = _related(archive, self._main)
        self._styles = Styles(self._part("styles"))
        self._endnotes: list[Any] = []
        self._titles: list[str] = []
        self._open: _Line | None = None  # a paragraph that the next one continues
        self.writer = ArticleWriter()

    def read(self) -> None:
        """Write all blocks."""
        root = self._archive.xml(self._main)
        body = child(root, "body")
        if body is None:
            raise SourceError(f"{self._place} is no Word document. Save it again as .docx.")
        self._notes = {name: self._numbered(name) for name in _NOTES}
        self._blocks(body)
        if self._open:
            self.writer.add(BlockKind.PARAGRAPH, self._open.text)
        self._write_notes(self._endnotes)
        for comment in descendants(or_empty(self._part("comments")), "comment"):
            self.writer.leave_out("comments", text_of(comment))
        for kind in _MARGINS:
            for name in self._parts.get(kind, [])[:50]:
                self.writer.leave_out("header or footer", text_of(self._archive.xml(name)))

    @property
    def title(self) -> str:
        """The paragraph in the style Title; else the title of the properties."""
        if self._titles:
            return self._titles[0]
        core = _related(self._archive, "").get("core-properties", ["docProps/core.xml"])[0]
        title = text_of(child(self._archive.xml(core), "title"))
        return "" if _NO_TITLE.fullmatch(title) else title

    def _part(self, kind: str) -> Any:
        names = self._parts.get(kind, [])
        return self._archive.xml(names[0]) if names else None

    def _numbered(self, kind: str) -> dict[str, Any]:
        notes = descendants(or_empty(self._part(kind)), kind.removesuffix("s"))
        return {setting(note, "id"): note for note in notes if not setting(note, "type")}

    # --- blocks ------------------------------------------------------------------------------

    def _blocks(self, parent: Any, kind: BlockKind | None = None) -> None:
        for element in parent:
            name = name_of(element)
            if name == "p":
                self._paragraph(element, kind)
            elif name == "tbl":
                self._table(element)
            elif name in _DELETED:
                self.writer.leave_out(WITHDRAWN, text_of(element))
            elif name == "sdt" and _is_contents(element):
                self.writer.leave_out("table of contents", text_of(element))
            elif name == "AlternateContent":
                self._blocks(_choice(element), kind)
            elif name not in _SILENT:
                self._blocks(element, kind)

    def _paragraph(self, paragraph: Any, kind: BlockKind | None) -> None:
        line = self._line(paragraph, self._open)
        self._open = line if _goes_on(paragraph) else None
        if self._open:
            return
        text = line.text
        style = self._styles.of(paragraph)
        if style.contents:
            self.writer.leave_out("table of contents", text)
        else:
            if style.title and text:
                self._titles.append(" ".join(text.split()))
            self.writer.add(kind or style.kind or _looks(line, text), text)
        self._after(line)

    def _after(self, line: _Line) -> None:
        """Write what a paragraph or a table refers to: its text boxes, then its footnotes."""
        for box in line.boxes:
            self._blocks(box)
        self._write_notes(line.notes)

    def _write_notes(self, notes: list[Any]) -> None:
        for note in notes:
            self._blocks(note, BlockKind.NOTE)

    # --- tables ------------------------------------------------------------------------------

    def _table(self, table: Any) -> None:
        rows = list(_rows(table))
        if _is_layout(rows):
            for row in rows:
                for cell in _cells(row):
                    self._blocks(cell)
            return
        around = _Line()
        add_table(self.writer, [self._row(row, around) for row in rows if not self._gone(row)])
        self._after(around)

    def _gone(self, row: Any) -> bool:
        gone = child(row, "trPr", "del") is not None
        if gone:
            self.writer.leave_out(WITHDRAWN, text_of(row))
        return gone

    def _row(self, row: Any, around: _Line) -> Row:
        before = _number(setting(child(row, "trPr", "gridBefore"), "val"), 0)
        cells = [Cell("", before)] if before else []
        cells += [self._cell(cell, around) for cell in _cells(row)]
        return Row(cells, flag(child(row, "trPr", "tblHeader")))

    def _cell(self, cell: Any, around: _Line) -> Cell:
        texts = [self._cell_text(p, around) for p in descendants(cell, "p") if not _in_box(p, cell)]
        merge = child(cell, "tcPr", "vMerge")
        return Cell(
            " ".join(filter(None, texts)),
            _number(setting(child(cell, "tcPr", "gridSpan"), "val"), 1),
            above=merge is not None and setting(merge, "val") != "restart",
        )

    def _cell_text(self, paragraph: Any, around: _Line) -> str:
        line = self._line(paragraph)
        around.boxes += line.boxes
        around.notes += line.notes
        return line.text

    # --- runs --------------------------------------------------------------------------------

    def _line(self, paragraph: Any, line: _Line | None = None) -> _Line:
        line = line or _Line()
        self._inline(paragraph, line, self._styles.of(paragraph).bold)
        return line

    def _inline(self, parent: Any, line: _Line, bold: bool) -> None:
        for element in parent:
            name = name_of(element)
            if name == "r":
                self._run(element, line, bold)
            elif name in _DELETED:
                self.writer.leave_out(WITHDRAWN, _words(element))
            elif name == _BOX:
                line.boxes.append(element)
            elif name == "AlternateContent":
                self._inline(_choice(element), line, bold)
            elif name == "sdt" and flag(child(element, "sdtPr", "showingPlcHdr")):
                self.writer.leave_out("placeholder text", text_of(element))
            elif name == "t":  # of a formula
                line.write(element.text or "", bold)
            elif name not in _SILENT:
                self._inline(element, line, bold)

    def _run(self, run: Any, line: _Line, bold: bool) -> None:
        shape = self._styles.run(run)
        if shape.hidden or shape.struck:
            self.writer.leave_out("hidden text" if shape.hidden else WITHDRAWN, _words(run))
            return
        own_mark = False
        for element in run:
            if name_of(element) in ("footnoteReference", "endnoteReference"):
                own_mark = flag_of(element, "customMarkFollows")
                self._refer(element, line)
        text = "" if own_mark else self._run_text(run, line, bold or shape.bold)
        if shape.raised and text.strip():
            kept = raised_text(text, "".join(line.pieces[-3:]))
            if not kept:
                self.writer.leave_out("footnote mark", text)
            text = kept
        line.write(lowered_text(text) if shape.lowered else text, bold or shape.bold)

    def _refer(self, reference: Any, line: _Line) -> None:
        foot = name_of(reference) == "footnoteReference"
        note = self._notes["footnotes" if foot else "endnotes"].pop(setting(reference, "id"), None)
        if note is not None:
            (line.notes if foot else self._endnotes).append(note)

    def _run_text(self, run: Any, line: _Line, bold: bool) -> str:
        pieces: list[str] = []
        for element in run:
            name = name_of(element)
            if name == "t":
                pieces.append((element.text or "").replace("\xad", ""))
            elif name in _TEXTS:
                pieces.append(_TEXTS[name])
            elif name == "br":
                pieces.append(" " if setting(element, "type") else "\n")
            elif name == "sym":
                pieces.append(_symbol(element))
            elif name not in _SILENT and len(element):  # drawings, rubies
                inner = _Line()
                self._inner(element, inner, bold)
                line.boxes += inner.boxes
                pieces += inner.pieces
        return "".join(pieces)

    def _inner(self, element: Any, inner: _Line, bold: bool) -> None:
        if name_of(element) == "AlternateContent":
            element = _choice(element)
        self._inline(element, inner, bold)


def _looks(line: _Line, text: str) -> BlockKind:
    """Return the kind of a paragraph without a style: a short bold line is a heading."""
    short = 0 < len(text) <= 150 and not text.endswith((".", "!", ":", ";", ","))
    return BlockKind.HEADING if short and line.bold == line.length else BlockKind.PARAGRAPH


def _goes_on(paragraph: Any) -> bool:
    """Return whether the next paragraph continues this one: the mark at its end is deleted, or it
    is a large first letter."""
    own = child(paragraph, "pPr")
    capital = setting(child(own, "framePr"), "dropCap") in ("drop", "margin")
    return capital or child(own, "rPr", "del") is not None


def flag_of(element: Any, name: str) -> bool:
    """Return an attribute that is on or off."""
    return setting(element, name) in ("1", "true", "on")


def _related(archive: Archive, part: str) -> dict[str, list[str]]:
    """Return the parts that a part refers to, by the last word of the relation's type."""
    folder, _, name = part.rpartition("/")
    root = archive.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    parts: dict[str, list[str]] = {}
    for relation in or_empty(root):
        if relation.get("TargetMode") != "External":
            kind = relation.get("Type", "").rpartition("/")[2]
            target = member_at(part, relation.get("Target", ""))
            if target in archive:
                parts.setdefault(kind, []).append(target)
    return parts


def _choice(alternatives: Any) -> Any:
    """Return the first alternative that has text; the last one if none has."""
    options = [option for option in alternatives if name_of(option) in ("Choice", "Fallback")]
    found = (option for option in options if any(text_of(t) for t in descendants(option, "t")))
    return next(found, or_empty(options[-1] if options else None))


def _is_contents(block: Any) -> bool:
    gallery = setting(child(block, "sdtPr", "docPartObj", "docPartGallery"), "val")
    return gallery == "Table of Contents"


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, those in content controls too, without those of inner tables."""
    for element in table:
        if name_of(element) == "tr":
            yield element
        elif name_of(element) not in _SILENT:
            yield from _rows(element)


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        if name_of(element) == "tc":
            yield element
        elif name_of(element) not in _SILENT:
            yield from _cells(element)


def _is_layout(rows: list[Any]) -> bool:
    """Return whether a table only arranges text: one row or column, or paragraphs in its cells."""
    cells = [list(_cells(row)) for row in rows]
    if len(rows) < 2 or max(map(len, cells)) < 2:
        return True
    return any(
        sum(bool(text_of(p)) for p in children(cell, "p")) > 1
        and len(text_of(cell).split()) > _LAYOUT_WORDS
        for row in cells
        for cell in row
    )


def _in_box(paragraph: Any, cell: Any) -> bool:
    for ancestor in paragraph.iterancestors():
        if ancestor is cell:
            return False
        if name_of(ancestor) in (_BOX, "Fallback"):
            return True
    return False


def _words(element: Any) -> str:
    texts = descendants(element, "t", "delText")
    return "".join(text.text or "" for text in texts)


def _symbol(element: Any) -> str:
    """Return a character of a symbol font that has an equal in Unicode; else nothing."""
    try:
        code = int(setting(element, "char"), 16)
    except ValueError:
        return ""
    return _SYMBOLS.get(code & 0xFF, "") if 0xF000 <= code <= 0xF0FF else chr(min(code, 0xD7FF))


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 4 else default
