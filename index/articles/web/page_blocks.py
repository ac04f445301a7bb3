"""Blocks of a web page in order, with the boxes (block elements) that hold them.

A box covers consecutive blocks, so that its length and its share of links are sums over a range.
Nothing is dropped here without a record: hidden and withdrawn text become blocks with a reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.articles.web.page_tables import is_data_table, table_blocks
from index.articles.web.page_text import LINE_BREAK, Run, inner_text, is_longer
from index.errors import SourceError
from index.models import BlockKind

_BOXES = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main"
    " menu nav ol p pre search section summary table tbody td tfoot th thead tr ul xmp".split()
)
_SILENT = frozenset(
    "script style template noscript iframe object embed applet svg canvas"
    " annotation annotation-xml audio video map select datalist textarea input head title meta"
    " link base img picture source track noframes progress meter rp rt".split()
)
_CONTROLS = frozenset({"button", "label", "option"})
_WITHDRAWN = frozenset({"del", "s", "strike"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KINDS = {
    **dict.fromkeys(_HEADINGS, BlockKind.HEADING),
    **dict.fromkeys(("summary", "dt", "legend"), BlockKind.HEADING),
    "blockquote": BlockKind.QUOTE,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
    "li": BlockKind.LIST_ITEM,
    "dd": BlockKind.PARAGRAPH,
}
# What a box with one of these kinds holds is all of its kind.
_SPREADING = frozenset({BlockKind.QUOTE, BlockKind.CAPTION, BlockKind.HEADING})
_ROLES = {
    "navigation": "navigation",
    "contentinfo": "footer",
    "search": "navigation",
    "menu": "navigation",
    "menubar": "navigation",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
_BULLET = re.compile(r"[•·●○▪■◦‣*–—§-]|o")
_LABEL = re.compile(r"[•·●○▪■◦‣*–—§-]|o|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|\d{1,2}")
# Microdata that pages give for search engines and hide in their style sheets.
_METADATA = frozenset(
    "headline keywords datepublished datemodified datecreated mainentityofpage publisher image"
    " inlanguage wordcount url".split()
)
_MOST_NESTED = 20_000_000  # blocks, counted in each box around them; pages have under 100,000
_LONGEST_METADATA = 300
_LONGEST_HEADING = 300
_SHORTEST_WITHOUT_SCRIPTS = 600
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*super", re.I)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid)", re.I)
_FOR_SCREEN_READERS = re.compile(
    r"(?:^|\s)(?:sr-only|(?:visually|u-visually|is-visually|element)-?hidden|screen-reader-\w+)(?:\s|$)",
    re.I,
)
_LONGEST_FOR_SCREEN_READERS = 100


@dataclass(slots=True)
class Box:
    """A block element: its name, its class and id, and the range of blocks in it."""

    index: int
    parent: int
    name: str
    hints: str
    element: Any
    start: int
    end: int = 0


@dataclass(slots=True)
class PageBlock:
    """A block of text with the features that decide whether it belongs to the article. `reason`
    says why it is left out; "" if it is not."""

    kind: BlockKind
    text: str
    box: int
    linked: int = 0
    bold: int = 0
    reason: str = ""
    level: int = 0
    note: bool = False
    timed: bool = False

    @property
    def link_density(self) -> float:
        return min(1.0, self.linked / max(1, len(self.text)))

    @property
    def is_bold(self) -> bool:
        return self.bold >= 0.9 * len(self.text.replace(" ", ""))


@dataclass(slots=True)
class Outline:
    """All blocks and boxes of a page. The first box is the page."""

    blocks: list[PageBlock] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def ancestors(self, box: int) -> Iterator[Box]:
        """Yield a box and the boxes around it, from the innermost."""
        while box >= 0:
            yield self.boxes[box]
            box = self.boxes[box].parent


@dataclass(slots=True)
class _State:
    """Box, kind and style that apply inside an element of the walk."""

    box: int
    kind: BlockKind
    reason: str = ""
    level: int = 0
    linked: bool = False
    bold: bool = False
    pre: bool = False


def outline_of(root: Any, place: str) -> Outline:
    """Return the outline of a page. Raises SourceError if so much text is nested so deeply that
    choosing the article would take minutes."""
    walk = _Walk()
    try:
        walk.walk(root)
    except RecursionError:
        raise SourceError(f"{place} nests a table too deeply. Save its text as .txt.") from None
    if sum(box.end - box.start for box in walk.outline.boxes) > _MOST_NESTED:
        raise SourceError(f"{place} nests too much text too deeply. Save its text as .txt.")
    return walk.outline


class _Walk:
    """Walk over the elements of a page, without recursion: pages nest up to 2,000 deep."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._run = Run()
        self._states = [_State(-1, BlockKind.PARAGRAPH)]
        self._closing: dict[Any, str] = {}
        self._timed = False
        self._page_chars = 0

    def walk(self, root: Any) -> None:
        from lxml import etree  # type: ignore[import-untyped]  # imported here: it takes 30 ms

        self._page_chars = sum(map(len, root.itertext()))
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "start":
                self._states.append(self._states[-1])
                if self._open(element):
                    self._add(element.text)
                else:
                    events.skip_subtree()
            else:
                self._close(element)
        self._flush()

    def _open(self, element: Any) -> bool:
        """Enter an element. Return False if its content needs no walk."""
        tag, state = element.tag, self._states[-1]
        if tag in _SILENT and not (tag == "noscript" and _is_article_text(element)):
            return False
        if reason := _omission(element, tag, self._page_chars):
            self._leave_out(reason, element, tag)
            return False
        if tag == "table" and is_data_table(element):
            self._flush()
            self._table(element)
            return False
        if tag in _BOXES or _is_block(element, tag):
            self._flush()
            self._states[-1] = self._enter_box(element, tag, state)
        elif tag == "br":
            self._add("\n" if state.pre else LINE_BREAK)
        elif _is_raised(element, tag):
            self._raise(element)
            return False
        elif tag == "q":
            self._add("‘" if "q" in self._closing.values() else "“")
            self._closing[element] = "q"
        else:
            self._states[-1] = _inline(state, element, tag)
            self._timed |= tag == "time"
        return True

    def _close(self, element: Any) -> None:
        tag = element.tag
        if self._closing.pop(element, ""):
            self._add("’" if "q" in self._closing.values() else "”")
        before, after = self._states.pop(), self._states[-1]
        if before.box != after.box:
            self._states.append(before)
            self._flush()
            self._states.pop()
            self.outline.boxes[before.box].end = len(self.outline.blocks)
            if tag == "tr":
                self._join_label(self.outline.boxes[before.box])
        elif tag == "table":
            self._flush()
        self._add(element.tail)

    def _add(self, text: str | None) -> None:
        if text:
            state = self._states[-1]
            if state.pre:
                text = text.replace("\n", LINE_BREAK)
            self._run.add(text, state.linked, state.bold)

    def _enter_box(self, element: Any, tag: str, state: _State) -> _State:
        boxes = self.outline.boxes
        hints = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        start = len(self.outline.blocks)
        boxes.append(Box(len(boxes), state.box, tag, hints, element, start))
        spreads = state.kind in _SPREADING
        kind = state.kind if spreads else _KINDS.get(tag, state.kind)
        if tag in ("td", "dd"):
            kind = BlockKind.PARAGRAPH
        return _State(
            box=len(boxes) - 1,
            kind=kind,
            reason=state.reason or _reason(element, tag),
            level=int(tag[1]) if tag in _HEADINGS else state.level,
            linked=state.linked,
            bold=state.bold or tag == "th" or bool(_BOLD_STYLE.search(element.get("style") or "")),
            pre=state.pre or tag in ("pre", "xmp"),
        )

    def _flush(self) -> None:
        """Write the text since the last block."""
        run, state = self._run, self._states[-1]
        if not run.pieces and not run.marks:
            return
        self._run, timed = Run(), self._timed
        self._timed = False
        blocks = self.outline.blocks
        parts = run.paragraphs()
        for part in parts:
            share = len(part) / max(1, sum(map(len, parts)))
            blocks.append(
                PageBlock(
                    kind=_kind_by_length(state.kind, part),
                    text=part,
                    box=state.box,
                    linked=round(run.linked * share),
                    bold=round(run.bold * share),
                    reason=state.reason,
                    level=state.level,
                    note=run.opens_with_mark and part is parts[0],
                    timed=timed,
                )
            )
        if run.marks:
            self._block(BlockKind.PARAGRAPH, " ".join(run.marks), "footnote mark")

    def _block(self, kind: BlockKind, text: str, reason: str = "") -> None:
        state = self._states[-1]
        if text:
            self.outline.blocks.append(
                PageBlock(kind, text, state.box, reason=state.reason or reason)
            )

    def _leave_out(self, reason: str, element: Any, tag: str) -> None:
        text = inner_text(element)
        if text:
            self.outline.blocks.append(
                PageBlock(BlockKind.PARAGRAPH, text, self._states[-1].box, reason=reason)
            )

    def _raise(self, element: Any) -> None:
        text = inner_text(element)
        if text:
            link = element if element.get("href") else element.find(".//a[@href]")
            to_note = link is not None and "#" in (link.get("href") or "")
            after = (element.tail or "").translate({0x2044: "/"})
            self._run.raise_text(text, after, links_to_note=to_note and len(text) < 8)

    def _join_label(self, row: Box) -> None:
        """Join the bullet or the number of a list item with the item in the next cell."""
        blocks = self.outline.blocks
        shown = [block for block in blocks[row.start :] if not block.reason]
        if len(shown) > 1 and _LABEL.fullmatch(shown[0].text) and _is_text(shown[1].kind):
            label, item = shown[0], shown[1]
            if not _BULLET.fullmatch(label.text):
                item.text = f"{label.text} {item.text}"
            item.kind = BlockKind.LIST_ITEM
            position = next(n for n in range(row.start, len(blocks)) if blocks[n] is label)
            del blocks[position]
            for box in self.outline.boxes[row.index :]:
                box.start = max(box.start - (box.start > row.start), row.start)
                box.end = max(box.end - 1, box.start) if box.end > row.start else box.end

    def _table(self, table: Any) -> None:
        self._states[-1] = self._enter_box(table, "table", self._states[-1])
        for kind, text in table_blocks(table):
            self._block(kind, text)


def _is_text(kind: BlockKind) -> bool:
    return kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


def _kind_by_length(kind: BlockKind, text: str) -> BlockKind:
    """Return the kind of a text. A long heading, or one of several sentences, is a paragraph after
    a heading that was never closed."""
    long = len(text) > _LONGEST_HEADING or (len(text) > 120 and text[-1] in '.!”"')
    return BlockKind.PARAGRAPH if kind is BlockKind.HEADING and long else kind


def _omission(element: Any, tag: str, page_chars: int) -> str:
    """Return why an element is left out whatever is around it; "" if it is not."""
    if tag in _WITHDRAWN:
        return "withdrawn text"
    if tag == "ix:header":
        return "hidden text"
    if tag in _CONTROLS:
        return "controls"
    attributes = element.attrib
    if not attributes:
        return ""
    if _is_hidden(attributes) and not _holds_the_page(element, tag, page_chars):
        return "hidden text"
    if _FOR_SCREEN_READERS.search(attributes.get("class", "")):
        return "" if is_longer(element, _LONGEST_FOR_SCREEN_READERS) else "hidden text"
    return ""


def _is_hidden(attributes: Any) -> bool:
    hidden = attributes.get("hidden")
    return bool(
        (hidden is not None and hidden.lower() not in ("until-found", "false"))
        or attributes.get("aria-hidden") == "true"
        or ("style" in attributes and _HIDDEN_STYLE.search(attributes["style"]))
    )


def _is_article_text(element: Any) -> bool:
    """Return whether <noscript> holds an article, not a request to allow scripts."""
    return is_longer(element, _SHORTEST_WITHOUT_SCRIPTS)


def _holds_the_page(element: Any, tag: str, page_chars: int) -> bool:
    """Return whether scripts show the element later: pages hide their whole content while they
    load, or behind a dialog."""
    if tag in ("html", "body", "main"):
        return True
    if not any(element.find(f".//{name}") is not None for name in ("h1", "main", "article")):
        return False
    return is_longer(element, page_chars // 2)


def _is_block(element: Any, tag: str) -> bool:
    """Return whether an inline or unknown element is shown as a block."""
    if "-" in tag:  # a custom element
        return True
    style = element.get("style")
    return bool(style and tag == "span" and _BLOCK_STYLE.search(style))


def _is_raised(element: Any, tag: str) -> bool:
    if tag == "sup":
        return True
    style = element.get("style")
    return bool(style and tag in ("span", "font", "a") and _RAISED_STYLE.search(style))


def _inline(state: _State, element: Any, tag: str) -> _State:
    linked = state.linked or (tag == "a" and element.get("href") is not None)
    style = element.get("style")
    bold = state.bold or tag in ("b", "strong") or bool(style and _BOLD_STYLE.search(style))
    if linked == state.linked and bold == state.bold:
        return state
    return _State(state.box, state.kind, state.reason, state.level, linked, bold, state.pre)


def _reason(element: Any, tag: str) -> str:
    role = _ROLES.get((element.get("role") or "").lower(), "")
    if tag == "nav" or role:
        return "" if _holds_an_article(element) else role or "navigation"
    if tag == "div" and (element.get("itemprop") or "").lower() in _METADATA:
        return "" if is_longer(element, _LONGEST_METADATA) else "metadata"
    return ""


def _holds_an_article(element: Any) -> bool:
    """Return whether a menu was never closed, so that it holds the rest of the page."""
    return any(element.find(f".//{name}") is not None for name in ("h1", "main", "article"))
