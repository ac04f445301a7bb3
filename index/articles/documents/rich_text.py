"""Rich Text Format (.rtf), with all tracked changes accepted.

A parser of its own: striprtf 0.0.35 keeps deleted and hidden text in the line, so that a withdrawn
figure reads as valid, and drops footnotes (findings/striprtf-deleted-text.sh).
"""

import codecs
import re
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from index.articles.base.raised import lowered_text, raised_text
from index.articles.base.readers import guess
from index.articles.base.writer import ArticleWriter
from index.articles.documents.tables import Cell, Row, add_table
from index.errors import SourceError
from index.models import Article, BlockKind

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    r"|[\r\n\0]+|([^\\{}\r\n\0]+)|\\",
)
_DEEPEST = 500
_SECONDS = 20.0  # a document of 10 MB takes 5 s
_CHECK_EVERY = 20_000  # tokens
_EDGE = 30  # twips by which the same column may differ from row to row
_CHARSETS = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk"},
    **{136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256"},
    **{186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp850"},
}
_SKIP = frozenset(
    "colortbl pict stylesheet revtbl rsidtbl generator fldinst themedata datastore xe tc txe rxe"
    " listtable listoverridetable pgptbl objdata objclass objname nonesttables shprslt sp picprop"
    " bkmkstart bkmkend ftnsep ftnsepc aftnsep aftnsepc pn pnseclvl mmathPr xmlnstbl wgrffmtfilter"
    " filetbl keywords author operator company subject category comment doccomm hlinkbase creatim"
    " revtim printim buptim manager pntxta pntxtb template latentstyles fname falt panose atnid"
    " atnauthor atntime atnref atndate atnicn atnparent nexctxt background docvar formfield".split()
)
_MARGINS = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_CHARACTERS = {
    **{"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“"},
    **{"rdblquote": "”", "bullet": "•", "tab": "\t", "line": "\n", "lbr": "\n", "page": " "},
    **{"emspace": " ", "enspace": " ", "qmspace": " ", "column": " ", "softline": " "},
}
_SYMBOLS = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
_NAMES = (
    (re.compile(r"\A(?:heading \d|(?:sub)?title|headline)\Z", re.IGNORECASE), BlockKind.HEADING),
    (re.compile(r"\bquot(?:e|ation)s?\b", re.IGNORECASE), BlockKind.QUOTE),
    (re.compile(r"\A(?:caption)\Z", re.IGNORECASE), BlockKind.CAPTION),
    (re.compile(r"\A(?:list (?:bullet|number|paragraph).*)\Z", re.IGNORECASE), BlockKind.LIST_ITEM),
)
_TITLE = "title"
_NOTE = "footnote"


@dataclass(slots=True)
class _State:
    """State that a group inherits from the one around it."""

    target: str = ""  # "" for the text, "skip", or the name of a destination
    uc: int = 1  # bytes that stand for the last \\u in old programs
    codec: str = "cp1252"
    bold: bool = False
    hidden: bool = False
    struck: bool = False
    raised: int = 0  # 1 above the line, -1 below it
    starred: bool = False
    style: int = 0


@dataclass(slots=True)
class _Line:
    """A paragraph while it is collected."""

    pieces: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)  # text that is not in bold
    raised: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text without double spaces. A line break stays."""
        joined = "".join(self.pieces).encode("utf-16-le", "surrogatepass")
        lines = joined.decode("utf-16-le", "replace").replace("\xa0", " ").split("\n")
        return "\n".join(line for line in (" ".join(part.split()) for part in lines) if line)


@dataclass(slots=True)
class _TableRow:
    """A row while it is collected. `merges` has "first", "more" or "" for each cell."""

    texts: list[str] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    header: bool = False


def read_rich_text(data: bytes, article_id: str, place: str) -> Article:
    """Read an .rtf file. Raises SourceError if it is no RTF, nests too deeply, takes too long or
    has no text."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        raise SourceError(f"{place} is no RTF file. Save it again as .rtf, or as .txt.")
    parser = _Parser(place)
    parser.parse(data.decode("latin-1"))
    article = parser.writer.article(article_id, title=guess(parser.title))
    if not article.text:
        raise SourceError(f"{place} contains no text. Add some, or remove it.")
    return article


class _Parser:
    """One pass over the tokens of a file."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._state = _State()
        self._stack: list[_State] = []
        self._codecs: dict[int, str] = {}
        self._font = 0
        self._default = "cp1252"
        self._styles: dict[int, str] = {}
        self._bytes = bytearray()
        self._bytes_codec = "cp1252"
        self._skip = 0
        self._line = _Line()
        self._notes: list[_Line] = []
        self._outer: list[_Line] = []  # lines interrupted by a note
        self._aside: dict[str, list[str]] = {}
        self._reset_paragraph()
        self._cells: list[str] = []
        self._row = _TableRow()
        self._table: list[_TableRow] = []
        self._words = _WORDS
        self.writer = ArticleWriter()

    @property
    def title(self) -> str:
        """Title of the document's properties."""
        return " ".join("".join(self._aside.get(_TITLE, [])).split())

    def parse(self, text: str) -> None:
        """Write all blocks."""
        position, count = 0, 0
        deadline = time.monotonic() + _SECONDS
        while found := _TOKEN.match(text, position):
            position = found.end() + self._token(found)
            count += 1
            if count % _CHECK_EVERY == 0 and time.monotonic() > deadline:
                raise SourceError(f"{self._place} takes too long to read. Save its text as .txt.")
        self._end_paragraph()
        self._end_table()
        self._write_notes()

    def _token(self, found: re.Match[str]) -> int:
        """Handle a token. Returns the number of bytes to skip after it."""
        word, number, code, symbol, brace, text = found.groups()
        if text is not None:
            self._text(text)
        elif word is not None:
            return self._word(word, number)
        elif code is not None:
            self._byte(int(code, 16))
        elif brace == "{":
            self._open()
        elif brace == "}":
            self._close()
        elif symbol is not None:
            self._symbol(symbol)
        return 0

    # --- groups ------------------------------------------------------------------------------

    def _open(self) -> None:
        self._flush()
        self._skip = 0
        self._stack.append(self._state)
        self._state = copy(self._state)
        if len(self._stack) > _DEEPEST:
            raise SourceError(f"{self._place} nests over {_DEEPEST} groups. Save its text as .txt.")

    def _close(self) -> None:
        self._flush()
        self._skip = 0
        if not self._stack:
            return
        before, self._state = self._state, self._stack.pop()
        if before.target == _NOTE != self._state.target and self._outer:
            self._notes.append(self._line)
            self._line = self._outer.pop()
        if before.target == "style" and self._state.target == "stylesheet":
            name = "".join(self._aside.pop("style", [])).strip().rstrip(";")
            self._styles[before.style] = name
        if before.target != self._state.target:
            self._leave_out(before.target)

    def _leave_out(self, target: str) -> None:
        reasons = {"margin": "header or footer", "annotation": "comments"}
        if target in reasons:
            self.writer.leave_out(reasons[target], " ".join(self._aside.pop(target, [])))

    def _target(self, name: str) -> None:
        """Direct the group to a destination, unless a group around it is already left out."""
        if self._state.target in ("", _NOTE) or name in ("style", _TITLE):
            self._state.target = name

    # --- words -------------------------------------------------------------------------------

    def _word(self, word: str, number: str | None) -> int:
        starred, self._state.starred = self._state.starred, False
        value = int(number) if number else None
        if word == "bin":
            return max(0, value or 0)
        if word == "u":
            self._unicode(value or 0)
            return 0
        self._flush()
        if self._state.target in ("fonttbl", "stylesheet", "style"):
            self._definition(word, value or 0, starred)
        elif word in _SKIP and word != "stylesheet":
            self._target("skip")
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif handler := self._words.get(word):
            handler(self, value)
        elif starred:
            self._target("skip")
        return 0

    def _definition(self, word: str, value: int, starred: bool) -> None:
        """Read the tables of fonts and styles."""
        if starred:
            self._state.target = "skip"
        elif word == "f" and self._state.target == "fonttbl":
            self._font = value
        elif word == "fcharset":
            self._codecs[self._font] = _CHARSETS.get(value, self._default)
        elif word == "s" and self._state.target == "stylesheet":
            self._state.style = value
            self._state.target = "style"

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state.starred = True
        elif symbol in "\r\n":
            self._flush()
            self._end_paragraph()
        elif self._skip:
            self._skip -= 1
        elif symbol in _SYMBOLS:
            self._flush()
            self._write(_SYMBOLS[symbol])

    # --- characters --------------------------------------------------------------------------

    def _text(self, text: str) -> None:
        if self._skip:
            skipped = min(self._skip, len(text))
            text, self._skip = text[skipped:], self._skip - skipped
        if self._state.target != "skip":
            self._bytes_codec = self._state.codec
            self._bytes += text.encode("latin-1")

    def _byte(self, code: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._state.target != "skip":
            self._bytes_codec = self._state.codec
            self._bytes.append(code)

    def _unicode(self, code: int) -> None:
        self._flush()
        self._skip = self._state.uc
        code &= 0xFFFF
        # Symbol fonts lie in the private use area, at the place of the byte.
        self._write("•" if code in (0xF0B7, 0xF0A7) else chr(code))

    def _flush(self) -> None:
        if self._bytes:
            text = bytes(self._bytes).decode(self._bytes_codec, "replace")
            self._bytes.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        state = self._state
        if state.target == "skip":
            return
        if state.target not in ("", _NOTE):
            self._aside.setdefault(state.target, []).append(text)
        elif state.hidden or state.struck:
            self.writer.leave_out("hidden text" if state.hidden else "withdrawn text", text)
        elif state.raised > 0 and text.strip():
            self._line.raised.append(text)
        else:
            self._settle()
            text = lowered_text(text) if state.raised < 0 else text
            self._line.pieces.append(text.replace("\xad", ""))
            if not state.bold:
                self._line.plain.append(text)

    def _settle(self) -> None:
        """Decide on the raised text that ends here: a mark goes, a power stays."""
        if self._line.raised:
            text = "".join(self._line.raised)
            self._line.raised.clear()
            kept = raised_text(text, "".join(self._line.pieces[-3:]))
            self._line.pieces.append(kept)
            if not kept:
                self.writer.leave_out("footnote mark", text)

    # --- paragraphs --------------------------------------------------------------------------

    def _reset_paragraph(self) -> None:
        self._style = 0
        self._in_table = False
        self._heading = False
        self._listed = False

    def _paragraph(self, _value: int | None = None) -> None:
        self._end_paragraph()

    def _end_paragraph(self) -> None:
        self._settle()
        if self._state.target == _NOTE:
            self._line.pieces.append("\n")
            return
        if self._state.target:
            return
        if self._in_table or self._cells:
            self._line.pieces.append(" ")
            return
        self._end_table()
        line, self._line = self._line, _Line()
        self.writer.add(self._kind(line), line.text)
        self._listed = False
        self._write_notes()

    def _kind(self, line: _Line) -> BlockKind:
        if self._heading:
            return BlockKind.HEADING
        for pattern, kind in _NAMES:
            if pattern.search(self._styles.get(self._style, "")):
                return kind
        if self._listed:
            return BlockKind.LIST_ITEM
        text = line.text
        short = 0 < len(text) <= 150 and not text.endswith((".", "!", ":", ";", ","))
        bold = short and not "".join(line.plain).strip()
        return BlockKind.HEADING if bold else BlockKind.PARAGRAPH

    def _write_notes(self) -> None:
        for note in self._notes:
            note.pieces = ["".join(note.pieces)]
            for text in note.text.split("\n"):
                self.writer.add(BlockKind.NOTE, text)
        self._notes.clear()

    # --- tables ------------------------------------------------------------------------------

    def _end_cell(self, _value: int | None = None) -> None:
        if self._state.target:
            return
        self._settle()
        self._cells.append(self._line.text)
        self._line = _Line()

    def _end_row(self, _value: int | None = None) -> None:
        if self._state.target or not self._cells:
            return
        self._row.texts, self._cells = self._cells, []
        self._table.append(self._row)
        self._row = copy(self._row)

    def _end_table(self) -> None:
        if self._cells:  # a row without an end
            self._end_row()
        if self._table:
            table, self._table = self._table, []
            add_table(self.writer, _rows(table))
            self._write_notes()

    def _row_starts(self, _value: int | None) -> None:
        self._row = _TableRow()

    def _edge(self, value: int | None) -> None:
        self._row.edges.append(value or 0)
        if len(self._row.merges) < len(self._row.edges):
            self._row.merges.append("")

    def _merge(self, kind: str) -> None:
        if len(self._row.merges) == len(self._row.edges):
            self._row.merges.append(kind)

    # --- settings ----------------------------------------------------------------------------

    def _set_codepage(self, value: int | None) -> None:
        name = {10000: "mac_roman", 65001: "utf-8"}.get(value or 0, f"cp{value}")
        try:
            codecs.lookup(name)
        except LookupError:
            self.writer.note(f"The charset {name} is unknown; the text was read as Windows-1252.")
            name = "cp1252"
        self._default = self._state.codec = name

    def _set_font(self, value: int | None) -> None:
        self._state.codec = self._codecs.get(value or 0, self._default)

    def _plain(self, _value: int | None) -> None:
        state = self._state
        state.bold = state.hidden = state.struck = False
        state.raised = 0

    def _pard(self, _value: int | None) -> None:
        if not self._state.target:
            self._reset_paragraph()

    def _note(self, _value: int | None) -> None:
        if not self._state.target:
            self._settle()
            self._target(_NOTE)
            self._outer.append(self._line)
            self._line = _Line()
            self._plain(None)

    def _list_text(self, _value: int | None) -> None:
        self._target("skip")
        self._listed = True

    def _assign(self, name: str, value: object) -> None:
        setattr(self, name, value)


_Handler = Callable[[_Parser, int | None], None]


def _on_off(name: str) -> _Handler:
    """Build the handler of a setting such as \\b, which \\b0 turns off."""
    return lambda parser, value: setattr(parser._state, name, value != 0)


def _raise(direction: int) -> _Handler:
    return lambda parser, value: setattr(parser._state, "raised", direction if value != 0 else 0)


def _to(name: str) -> _Handler:
    return lambda parser, _: parser._target(name)


def _paragraph_is(name: str) -> _Handler:
    return lambda parser, value: parser._assign(name, value != 0)


_WORDS: dict[str, _Handler] = {
    "par": _Parser._paragraph,
    "sect": _Parser._paragraph,
    "cell": _Parser._end_cell,
    "row": _Parser._end_row,
    "nestcell": lambda parser, _: parser._write(" "),
    "trowd": _Parser._row_starts,
    "cellx": _Parser._edge,
    "clvmrg": lambda parser, _: parser._merge("above"),
    "clmrg": lambda parser, _: parser._merge("left"),
    "trhdr": lambda parser, _: setattr(parser._row, "header", True),
    "pard": _Parser._pard,
    "plain": _Parser._plain,
    "intbl": _paragraph_is("_in_table"),
    "s": lambda parser, value: parser._assign("_style", value or 0),
    "outlinelevel": lambda parser, value: parser._assign("_heading", (value or 0) < 9),
    "ls": lambda parser, value: parser._assign("_listed", bool(value)),
    "listtext": _Parser._list_text,
    "pntext": _Parser._list_text,
    "b": _on_off("bold"),
    "v": _on_off("hidden"),
    "strike": _on_off("struck"),
    "striked": _on_off("struck"),
    "deleted": _on_off("struck"),
    "super": _raise(1),
    "up": _raise(1),
    "sub": _raise(-1),
    "dn": _raise(-1),
    "nosupersub": lambda parser, _: setattr(parser._state, "raised", 0),
    "ansicpg": _Parser._set_codepage,
    "mac": lambda parser, _: parser._set_codepage(10000),
    "pc": lambda parser, _: parser._set_codepage(437),
    "f": _Parser._set_font,
    "uc": lambda parser, value: setattr(parser._state, "uc", min(value or 0, 10)),
    "footnote": _Parser._note,
    "annotation": _to("annotation"),
    "fonttbl": _to("fonttbl"),
    "stylesheet": _to("stylesheet"),
    "info": _to("info"),
    "title": lambda parser, _: parser._target(_TITLE) if parser._state.target == "info" else None,
    "shpinst": lambda parser, _: None,
    "shptxt": lambda parser, _: None,
    **dict.fromkeys(_MARGINS, _to("margin")),
}


def _rows(table: list[_TableRow]) -> list[Row]:
    """Return rows with column spans, which RTF gives by the right edges of the cells."""
    edges: list[int] = []
    for edge in sorted({edge for row in table for edge in row.edges}):
        if not edges or edge - edges[-1] > _EDGE:
            edges.append(edge)
    return [Row(_row_cells(row, edges), row.header) for row in table]


def _row_cells(row: _TableRow, edges: list[int]) -> list[Cell]:
    cells: list[Cell] = []
    left = 0
    for at, text in enumerate(row.texts):
        right = row.edges[at] if at < len(row.edges) else 0
        through = sum(edge <= right + _EDGE for edge in edges)
        columns = max(1, through - left)
        left = max(left + 1, through)
        merge = row.merges[at] if at < len(row.merges) else ""
        if merge == "left" and cells:
            last = cells.pop()
            cells.append(Cell(f"{last.text} {text}", last.columns + columns, above=last.above))
        else:
            cells.append(Cell(text, columns, above=merge == "above"))
    return cells
