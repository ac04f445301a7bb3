"""Blocks of HTML fragments and of news markup, kept whole.

`read_html` looks for the article in a page with menus. The content of a feed, a newsletter or a
NewsML item is the article, so nothing but hidden and deleted text is left out here.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unicodedata import normalize

from index.articles.base.raised import lowered_text, raised_text
from index.articles.base.table_rows import table_rows
from index.articles.base.writer import ArticleWriter
from index.articles.web import boilerplate
from index.errors import SourceError
from index.models import Article, Block, BlockKind

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section"
    " summary table tbody td tfoot th thead title tr ul"
    # NITF
    " abstract block body.content body.end body.head bq byline credit dateline fn hedline hl1 hl2"
    " media media-caption media-producer nitf note tagline".split()
)
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2"), BlockKind.HEADING),
    **dict.fromkeys(("blockquote", "bq"), BlockKind.QUOTE),
    **dict.fromkeys(("caption", "figcaption", "media-caption", "credit"), BlockKind.CAPTION),
    **dict.fromkeys(("byline", "dateline", "tagline"), BlockKind.BYLINE),
    **dict.fromkeys(("fn", "note"), BlockKind.NOTE),
    "media-producer": BlockKind.CAPTION,
    "li": BlockKind.LIST_ITEM,
}
_SILENT = frozenset(
    "script style template head iframe object svg math select textarea button map audio video"
    " media-metadata media-object".split()
)
_DELETED = frozenset({"del", "s", "strike"})
_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px)?(?:;|$)|opacity:0(?:;|$)"
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
_MOST_COLUMNS = 200
_MOST_CELLS = 100_000
_MOST_ELEMENTS = 300_000
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")
LONGEST_FRAGMENT = 5_000_000
_ACCOUNTED = 0.97  # of the words, kept or left out with a reason
_NEVER_BOILERPLATE = frozenset({BlockKind.TABLE_ROW, BlockKind.CAPTION})
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_ENDING = 10  # characters of a block


def is_markup(text: str) -> bool:
    """Return whether a text has tags or character references of HTML."""
    return _TAG.search(text) is not None


def add_markup(writer: ArticleWriter, html: str, place: str) -> None:
    """Append all blocks of an HTML fragment. Raises SourceError if it is too long."""
    root = parse_html(html, place)
    if root is not None:
        MarkupWalk(writer).walk(root)


def add_fragment(writer: ArticleWriter, html: str, place: str) -> None:
    """Append the blocks of an HTML fragment as `read_html` reads them. A fragment is the article:
    where `read_html` refuses it or loses prose, append all blocks but known boilerplate."""
    scratch = ArticleWriter()
    add_markup(scratch, html, place)
    whole = scratch.article("")
    page = _as_page(html, place) if whole.text else None
    if page is None or not page.blocks:
        writer.include(whole)
    elif _keeps_prose(page, whole):
        writer.include(page)
    else:
        _add_without_boilerplate(writer, whole)


def _as_page(html: str, place: str) -> Article | None:
    from index.articles.web.html import read_html

    try:
        return read_html(html.encode("utf-8", "replace"), "fragment", place)
    except SourceError:
        return None


def _keeps_prose(page: Article, whole: Article) -> bool:
    """Check that a page has all sentences of the fragment but known boilerplate, and takes no part
    of it for something beside the article."""
    if any(omission.reason == boilerplate.OUTSIDE for omission in page.omitted):
        return False
    return _words(page) >= _ACCOUNTED * _words(whole) and not _loses_sentence(page, whole)


def _words(article: Article) -> int:
    return len(article.text.split()) + sum(omission.words for omission in article.omitted)


def _loses_sentence(page: Article, whole: Article) -> bool:
    kept = _letters(page.text)
    seen = set()
    position = 0  # the blocks follow each other in both, so that the search stays linear
    for block in whole.blocks:
        text = whole.text[block.start : block.end]
        letters = _letters(text)
        if not _ENDED.search(text[-_ENDING:]) or letters in seen or _reason(block, text):
            continue
        seen.add(letters)
        found = kept.find(letters, position)
        if found < 0 and letters not in kept:
            return True
        position = max(position, found + len(letters))
    return False


def _letters(text: str) -> str:
    """Return the letters and digits; a raised or lowered digit counts as a digit."""
    return re.sub(r"[\W_]+", "", normalize("NFKC", text))


def _reason(block: Block, text: str) -> str:
    """Return why a block is boilerplate by what it says; "" if it may be prose."""
    return "" if block.kind in _NEVER_BOILERPLATE else boilerplate.reason_by_text(text)


def _add_without_boilerplate(writer: ArticleWriter, whole: Article) -> None:
    writer.include(replace(whole, blocks=(), text=""))
    for block in whole.blocks:
        text = whole.text[block.start : block.end]
        if reason := _reason(block, text):
            writer.leave_out(reason, text)
        else:
            writer.add(block.kind, text)


def plain_text(html: str, place: str) -> str:
    """Return a title or a name on one line, without tags and references."""
    if not is_markup(html):
        return " ".join(html.split())
    root = parse_html(html, place)
    if root is None:
        return ""
    for silent in list(root.iter("script", "style")):
        silent.text = ""
    return " ".join("".join(root.itertext()).split())


def parse_html(html: str, place: str) -> Any:
    """Return the root of an HTML fragment; None if it is empty."""
    # Imported here because it takes 30 ms.
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    if len(html) > LONGEST_FRAGMENT:
        raise SourceError(
            f"{place} has {len(html):,} characters of HTML, over the limit of "
            f"{LONGEST_FRAGMENT:,}. Split it."
        )
    # A character that XML forbids would end the parser's input.
    html = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", html)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(f"<html><body>{html}</body></html>".encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise SourceError(f"{place} cannot be read as HTML: {error}") from None
    if root is not None and sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise SourceError(f"{place} has over {_MOST_ELEMENTS:,} elements of HTML. Split it.")
    return root


class MarkupWalk:
    """Walk over a tree of HTML, XHTML or NITF that writes its blocks."""

    def __init__(self, writer: ArticleWriter, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        self._writer = writer
        self._kinds = [kind]
        self._pieces: list[str] = []
        self._pre = 0

    def walk(self, root: Any) -> None:
        """Write the blocks of an element and all text in it."""
        self._enter(root)
        self._flush()

    def _enter(self, element: Any) -> None:
        name = _name(element)
        if name in _SILENT:
            return
        if reason := _left_out(element, name):
            self._writer.leave_out(reason, "".join(element.itertext()))
        elif name == "table" and _is_data(element):
            self._flush()
            self._table(element)
        elif name in _BLOCKS:
            self._block(element, name)
        else:
            self._inline(element, name)

    def _block(self, element: Any, name: str) -> None:
        self._flush()
        self._kinds.append(_kind(element, name, self._kinds[-1]))
        self._pre += name == "pre"
        self._inside(element)
        self._flush()
        self._pre -= name == "pre"
        self._kinds.pop()

    def _inline(self, element: Any, name: str) -> None:
        if name == "br":
            self._pieces.append("\v")
        elif name in ("sup", "sub"):
            self._raised(" ".join("".join(element.itertext()).split()), name)
        elif name == "q":
            self._pieces.append("“")
            self._inside(element)
            self._pieces.append("”")
        else:
            self._inside(element)

    def _inside(self, element: Any) -> None:
        self._text(element.text)
        for inner in element:
            self._enter(inner)
            self._text(inner.tail)

    def _raised(self, text: str, name: str) -> None:
        """Write raised digits as the exponent of a unit, and leave a footnote mark out: joined to
        an amount, it would change the amount."""
        if name == "sub":
            self._pieces.append(lowered_text(text))
        elif kept := raised_text(text, "".join(self._pieces[-3:])):
            self._pieces.append(kept)
        else:
            self._writer.leave_out("footnote mark", text)

    def _text(self, text: str | None) -> None:
        if text:
            self._pieces.append(text if self._pre else text.replace("\n", " "))

    def _flush(self) -> None:
        """Write the text since the last block. Two line breaks in a row separate paragraphs."""
        text = "".join(self._pieces)
        self._pieces.clear()
        for paragraph in re.split(r"\v[\s\v]*\v", text):
            lines = (_clean(line) for line in re.split(r"[\v\n]", paragraph))
            self._writer.add(self._kinds[-1], "\n".join(line for line in lines if line))

    def _table(self, table: Any) -> None:
        for caption in table:
            if _name(caption) == "caption":
                self._writer.add(BlockKind.CAPTION, _cell_text(caption))
        for row in table_rows(_grid(table), _marked_headers(table)):
            self._writer.add(BlockKind.TABLE_ROW, row)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text.translate(_INVISIBLE)).strip()


def _left_out(element: Any, name: str) -> str:
    if name in _DELETED:
        return "deleted text"
    style = (element.get("style") or "").replace(" ", "").lower()
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    if hidden or _HIDDEN_STYLE.search(style):
        return "hidden text"
    return "signature" if "gmail_signature" in (element.get("class") or "").split() else ""


def _kind(element: Any, name: str, around: BlockKind) -> BlockKind:
    """Return the kind of a block. All that a quote holds is the quote."""
    quoted = "gmail_quote" in (element.get("class") or "").split()
    if around is BlockKind.QUOTE or quoted:
        return BlockKind.QUOTE
    return _KINDS.get(name, around)


# --- tables --------------------------------------------------------------------------------


def _is_data(table: Any) -> bool:
    """Return whether a table has data in its cells, not the layout of a newsletter."""
    if table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants("{*}table"), None) is not None:
        return False
    rows = list(_rows(table))
    cells = [cell for row in rows for cell in row]
    if len(rows) < 2 or max(map(len, rows)) < 2 or len(cells) > _MOST_CELLS:
        return False
    return not any(_name(inner) in _BLOCKS - {"p", "div"} for cell in cells for inner in cell.iter()
                   if inner is not cell)  # fmt: skip


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in table.iter():
        if _name(row) == "tr":
            yield [cell for cell in row if _name(cell) in ("td", "th")]


def _cell_text(cell: Any) -> str:
    scratch = ArticleWriter()
    walk = MarkupWalk(scratch)
    walk._inside(cell)
    walk._flush()
    return " ".join(scratch.article("").text.split())


def _grid(table: Any) -> list[list[str]]:
    """Return the texts of a table, with each cell in its column under row and column spans."""
    grid: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for cells in _rows(table):
        row: list[str] = []
        for cell in cells:
            _fill(row, below)
            text, down = _cell_text(cell), _span(cell, "rowspan")
            for extra in range(_span(cell, "colspan")):
                if down > 1:
                    below[len(row)] = (down, text)
                row.append("" if extra else text)
        _fill(row, below)
        below = {column: (rows - 1, text) for column, (rows, text) in below.items() if rows > 1}
        grid.append(row[:_MOST_COLUMNS])
    return grid


def _fill(row: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(row) in below and len(row) < _MOST_COLUMNS:
        row.append(below[len(row)][1])


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return max(1, min(int(value), 50)) if value.isdecimal() and len(value) < 4 else 1


def _marked_headers(table: Any) -> int:
    """Count the rows at the top that the table marks as headers."""
    count = 0
    for cells in _rows(table):
        head = cells and _name(cells[0].getparent().getparent()) == "thead"
        if not head and not (cells and all(_name(cell) == "th" for cell in cells)):
            break
        count += 1
    return count
