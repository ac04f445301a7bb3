"""OpenDocument texts (.odt), with all tracked changes accepted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.articles.base.raised import lowered_text, raised_text
from index.articles.base.readers import guess
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import (
    child,
    children,
    descendants,
    name_of,
    namespace_of,
    text_of,
)
from index.articles.documents.archives import Archive, locked, or_empty
from index.articles.documents.tables import MOST_COLUMNS, Cell, Row, add_table
from index.errors import SourceError
from index.models import Article, BlockKind

_WITHDRAWN = "withdrawn text"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_MOST_SPACES = 100
_DEPTH = 20  # styles based on each other; a damaged file may have a circle
_LAYOUT_WORDS = 60
# The words of these are no text of the document.
_SILENT = frozenset(
    "sequence-decls variable-decls user-field-decls dde-connection-decls forms object object-ole"
    " image desc binary-data ruby-text note-citation bookmark title-source event-listeners"
    " alphabetical-index-auto-mark-file".split()
)
_INDEXES = frozenset(
    "table-of-content illustration-index table-index object-index user-index alphabetical-index"
    " bibliography".split()
)
_PARAGRAPHS = frozenset({"p", "h"})
_ROWS = frozenset({"table-row", "table-rows", "table-row-group", "table-header-rows"})
_STYLES = (
    (re.compile(r"(?:sub)?title|heading.*", re.IGNORECASE), BlockKind.HEADING),
    (re.compile(r"quot(?:e|ation)s?|block ?quot.*", re.IGNORECASE), BlockKind.QUOTE),
    (re.compile(r"caption|illustration|figure|drawing", re.IGNORECASE), BlockKind.CAPTION),
    (re.compile(r"(?:foot|end)note", re.IGNORECASE), BlockKind.NOTE),
)


@dataclass(slots=True)
class _Line:
    """Text of a paragraph while it is collected."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text without double spaces. A line break stays."""
        lines = "".join(self.pieces).replace("\xa0", " ").split("\v")
        return "\n".join(line for line in (" ".join(part.split()) for part in lines) if line)


def read_open_document(data: bytes, article_id: str, place: str) -> Article:
    """Read an .odt file. Raises SourceError if it is damaged, encrypted or without text."""
    archive = Archive(data, place)
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise locked(place)
    text = child(archive.xml("content.xml"), "body", "text")
    if text is None:
        raise SourceError(f"{place} is no OpenDocument text. Save it again as .odt.")
    document = _Document(archive)
    document.read(text)
    article = document.writer.article(article_id, title=guess(document.title))
    if not article.text:
        raise SourceError(f"{place} contains no text. If its pages are pictures, use OCR first.")
    return article


class _Document:
    """A document while it is read."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._styles = dict(_styles_of(archive))
        self._endnotes: list[Any] = []
        self._titles: list[str] = []
        self.writer = ArticleWriter()

    def read(self, text: Any) -> None:
        """Write all blocks."""
        self._blocks(text, None)
        self._write_notes(self._endnotes)
        for part in descendants(or_empty(self._archive.xml("styles.xml")), "master-page"):
            for margin in children(part, "header", "footer", "header-first", "footer-first"):
                self.writer.leave_out("header or footer", text_of(margin))

    @property
    def title(self) -> str:
        """The paragraph in the style Title; else the title of the properties."""
        if self._titles:
            return self._titles[0]
        return text_of(child(self._archive.xml("meta.xml"), "meta", "title"))

    # --- blocks ------------------------------------------------------------------------------

    def _blocks(self, parent: Any, kind: BlockKind | None) -> None:
        for element in parent:
            name = name_of(element)
            if name in _PARAGRAPHS:
                self._paragraph(element, kind)
            elif name == "list":
                self._blocks(element, kind or BlockKind.LIST_ITEM)
            elif name == "table" and namespace_of(element) == _TABLE:
                self._table(element)
            elif name in _INDEXES:
                self.writer.leave_out("table of contents", text_of(element))
            elif reason := _left_out(element, name):
                self.writer.leave_out(reason, _words(element))
            elif name not in _SILENT and name != "annotation":
                self._blocks(element, kind)

    def _paragraph(self, paragraph: Any, kind: BlockKind | None) -> None:
        line = _Line()
        names = self._names(paragraph)
        self._inline(paragraph, line)
        if self._format(paragraph, "display") == "none":
            self.writer.leave_out("hidden text", line.text)
            return
        if names and names[-1] == "Title" and line.text:
            self._titles.append(" ".join(line.text.split()))
        self.writer.add(_kind(paragraph, names, kind), line.text)
        self._after(line)

    def _after(self, line: _Line) -> None:
        for box in line.boxes:
            self._blocks(box, None)
        self._write_notes(line.notes)

    def _write_notes(self, notes: list[Any]) -> None:
        for note in notes:
            self._blocks(note, BlockKind.NOTE)

    # --- tables ------------------------------------------------------------------------------

    def _table(self, table: Any) -> None:
        rows = list(_rows(table, False))
        if _is_layout([row for row, _ in rows]):
            for row, _ in rows:
                for cell in children(row, "table-cell"):
                    self._blocks(cell, None)
            return
        around = _Line()
        add_table(self.writer, [Row(self._cells(row, around), head) for row, head in rows])
        self._after(around)

    def _cells(self, row: Any, around: _Line) -> list[Cell]:
        """Return the cells of a row. Covered cells stand in for those that span them."""
        cells: list[Cell] = []
        for cell in children(row, "table-cell"):
            text = self._cell_text(cell, around)
            columns = _count(cell, "number-columns-spanned")
            rows = _count(cell, "number-rows-spanned")
            repeated = min(_count(cell, "number-columns-repeated"), MOST_COLUMNS - len(cells))
            cells += [Cell(text, columns, rows)] * repeated
        while cells and not cells[-1].text and cells[-1].rows == 1:
            cells.pop()
        return cells

    def _cell_text(self, cell: Any, around: _Line) -> str:
        texts = []
        for paragraph in _paragraphs_in(cell):
            line = _Line(notes=around.notes, boxes=around.boxes)
            self._inline(paragraph, line)
            texts.append(line.text)
        return " ".join(filter(None, texts))

    # --- inline ------------------------------------------------------------------------------

    def _inline(self, parent: Any, line: _Line) -> None:
        line.pieces.append(_plain(parent.text))
        for element in parent:
            self._element(element, name_of(element), line)
            line.pieces.append(_plain(element.tail))

    def _element(self, element: Any, name: str, line: _Line) -> None:
        if name == "s":
            line.pieces.append(" ")
        elif name == "tab":
            line.pieces.append("\t")
        elif name == "line-break":
            line.pieces.append("\v")
        elif name == "note":
            self._note(element, line)
        elif name == "text-box":
            line.boxes.append(element)
        elif name == "span":
            self._span(element, line)
        elif reason := _left_out(element, name):
            self.writer.leave_out(reason, _words(element))
        elif name not in _SILENT and namespace_of(element).rpartition(":svg-")[1] == "":
            self._inline(element, line)

    def _note(self, note: Any, line: _Line) -> None:
        body = child(note, "note-body")
        notes = self._endnotes if _attribute(note, "note-class") == "endnote" else line.notes
        if body is not None:
            notes.append(body)

    def _span(self, span: Any, line: _Line) -> None:
        if self._format(span, "display") == "none":
            self.writer.leave_out("hidden text", _words(span))
        elif self._format(span, "text-line-through-style") not in ("", "none"):
            self.writer.leave_out(_WITHDRAWN, _words(span))
        else:
            self._shifted(span, line, self._format(span, "text-position"))

    def _shifted(self, span: Any, line: _Line, position: str) -> None:
        inner = _Line(notes=line.notes, boxes=line.boxes)
        self._inline(span, inner)
        text = "".join(inner.pieces)
        if position.startswith("sub") or position.startswith("-"):
            text = lowered_text(text)
        elif text.strip() and (position.startswith("super") or position[:1] in "123456789"):
            text = self._raised(text, line) if position else text
        line.pieces.append(text)

    def _raised(self, text: str, line: _Line) -> str:
        kept = raised_text(text, "".join(line.pieces[-3:]))
        if not kept:
            self.writer.leave_out("footnote mark", text)
        return kept

    # --- styles ------------------------------------------------------------------------------

    def _chain(self, element: Any) -> list[Any]:
        chain: list[Any] = []
        name = _attribute(element, "style-name")
        while name in self._styles and len(chain) < _DEPTH:
            chain.append(self._styles[name])
            name = _attribute(chain[-1], "parent-style-name")
        return chain

    def _names(self, element: Any) -> list[str]:
        """Return the names of a paragraph's style and of those it is based on. Styles that a
        program made for one paragraph, such as P12, are left out."""
        chain = self._chain(element)
        names = [_attribute(s, "display-name") or _attribute(s, "name") for s in chain]
        return [n.replace("_20_", " ") for n in names if not re.fullmatch(r"P\d+", n)][:1] + [
            n.replace("_20_", " ") for n in names[1:]
        ]

    def _format(self, element: Any, name: str) -> str:
        """Return a setting of the text, by the element's style and those it is based on."""
        for style in self._chain(element):
            for properties in children(style, "text-properties"):
                if value := _attribute(properties, name):
                    return value
        return ""


def _styles_of(archive: Archive) -> Iterator[tuple[str, Any]]:
    for part in ("styles.xml", "content.xml"):
        for style in descendants(or_empty(archive.xml(part)), "style"):
            yield _attribute(style, "name"), style


def _attribute(element: Any, name: str) -> str:
    found = (str(v) for k, v in element.attrib.items() if k.rpartition("}")[2] == name)
    return next(found, "")


def _plain(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\xad", "")


def _kind(paragraph: Any, names: list[str], kind: BlockKind | None) -> BlockKind:
    if name_of(paragraph) == "h":
        return BlockKind.HEADING
    for name in names:
        for pattern, styled in _STYLES:
            if pattern.fullmatch(name):
                return styled
    return kind or BlockKind.PARAGRAPH


def _left_out(element: Any, name: str) -> str:
    """Return why an element is left out; "" if it is not."""
    if name == "tracked-changes":
        return _WITHDRAWN if any(True for _ in descendants(element, "deletion")) else "comments"
    if name == "annotation":
        return "comments"
    if name in ("hidden-text", "hidden-paragraph"):
        return "hidden text" if _attribute(element, "is-hidden") == "true" else ""
    return "hidden text" if name == "section" and _attribute(element, "display") == "none" else ""


def _words(element: Any) -> str:
    """Return the words of an element that is left out, without authors and dates of changes."""
    paragraphs = list(descendants(element, *_PARAGRAPHS))
    return " ".join(text_of(p) for p in paragraphs) if paragraphs else text_of(element)


def _rows(table: Any, head: bool) -> Iterator[tuple[Any, bool]]:
    for element in table:
        name = name_of(element)
        if name == "table-row":
            yield element, head
        elif name in _ROWS:
            yield from _rows(element, head or name == "table-header-rows")


def _is_layout(rows: list[Any]) -> bool:
    """Return whether a table only arranges text: one row or column, or paragraphs in its cells."""
    cells = [list(children(row, "table-cell")) for row in rows]
    if len(rows) < 2 or max(map(len, cells)) < 2:
        return True
    return any(
        len(list(children(cell, "p"))) > 1 and len(text_of(cell).split()) > _LAYOUT_WORDS
        for row in cells
        for cell in row
    )


def _paragraphs_in(cell: Any) -> Iterator[Any]:
    """Yield the paragraphs of a cell, those of lists and inner tables too."""
    for element in cell:
        if name_of(element) in _PARAGRAPHS:
            yield element
        elif name_of(element) not in _SILENT:
            yield from _paragraphs_in(element)


def _count(element: Any, name: str) -> int:
    text = _attribute(element, name)
    return max(1, int(text)) if text.isdecimal() and len(text) < 4 else 1
