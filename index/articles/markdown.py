"""Markdown with front matter, read as blocks of plain text.

A footnote mark is no part of its sentence: joined to an amount, it would change the amount. What
the author struck through does not hold any more and is left out.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from index.articles.base.raised import is_mark, lowered_text, raised_text
from index.articles.base.readers import METADATA, guess
from index.articles.base.record_history import seen_time
from index.articles.base.table_rows import table_row
from index.articles.base.text_files import decode_file, utf16_of
from index.articles.base.writer import ArticleWriter
from index.errors import SourceError
from index.models import Article, Block, BlockKind
from index.text.blocks import find_blocks

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONGEST_FRONT_MATTER = 64 * 1024
_FRONT_MATTER = (*METADATA, "id", "seen")
# May also match in the text: then the file is read once more than it need be.
_ID_LINE = re.compile(rb"""^["']?id["']?[ \t]*:""", re.MULTILINE)
_FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b", re.IGNORECASE)
_DELETED = frozenset({"del", "s", "strike"})
_RAISED = frozenset({"sup", "sub"})
_UNKNOWN_MARK = re.compile(r"\[\^[^\]\s]{1,50}\]")
_SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
# Marks that open a note: "² Before tax." or "[3] Before tax."
_NOTE = re.compile(rf"([{_SUPERSCRIPTS}]{{1,3}}|\[\d{{1,3}}\])\s*(?=\S)")
_AFTER_TEXT = rf"(?<=[\w.,;:!?%”’\"')])(?<![{_SUPERSCRIPTS}])"
_UNIT = re.compile(r"(?<![^\W\d_])(?:[ckm]?m|ft|mi|yd|10|CO)$")
_LINKED_MARK = re.compile(r"\[?\d{1,3}\]?")
_GAP = re.compile(r"( ?)\0(?: ?\0)*( ?)(?=(.?))")
_SILENT_HTML = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL
)
_HTML_TAG = re.compile(r"<[^<>]*>")
_MOST_OPEN = 20  # each level copies the text in it once more
_MARK_REASON, _WITHDRAWN = "footnote mark", "withdrawn text"
# Kinds that only the words of a paragraph show.
_SHOWN_BY_WORDS = frozenset(
    {BlockKind.HEADING, BlockKind.SPEAKER, BlockKind.CORRECTION, BlockKind.BYLINE}
)


def read_markdown(data: bytes, article_id: str, place: str) -> Article:
    """Read a Markdown file as plain text, with the metadata of its front matter. Raises SourceError
    if the front matter is broken."""
    text, note = decode_file(data, place)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    metadata, body = _front_matter(text, place)
    writer = ArticleWriter()
    if note:
        writer.note(note)
    heading = add_markdown(writer, body)
    title = metadata.pop("title", "") or guess(heading)
    article_id = metadata.pop("id", "") or article_id
    seen = seen_time(metadata.pop("seen", ""), writer)
    article = replace(writer.article(article_id, title=title, **metadata), seen=seen)
    return _with_kinds(article)


def names_itself(beginning: bytes) -> bool:
    """Return whether the front matter in the first bytes of a file may give the article's id."""
    if utf16_of(beginning[:2000]):
        return True
    opening, _, rest = beginning.removeprefix(codecs.BOM_UTF8).partition(b"\n")
    return opening.rstrip() == b"---" and _ID_LINE.search(rest) is not None


def _front_matter(text: str, place: str) -> tuple[dict[str, str], str]:
    opening, _, rest = text.partition("\n")
    if opening.rstrip() != "---":
        return {}, text
    # PyYAML reads only about 0.4 MB a second, so long front matter is refused.
    end = _FRONT_MATTER_END.search(rest)
    if end is None or end.start() > _LONGEST_FRONT_MATTER:
        raise SourceError(
            f"{place}, line 1: front matter opens with --- and is not closed by another --- "
            f"within {_LONGEST_FRONT_MATTER:,} characters."
        )
    return _yaml_scalars(rest[: end.start()], place), rest[end.end() :]


def _yaml_scalars(block: str, place: str) -> dict[str, str]:
    # Imported here because it takes 20 ms and only Markdown needs it.
    import yaml

    try:
        # Nodes, not values: a title such as 1.10 or No stays as written, aliases never expand.
        root = yaml.compose(block, Loader=yaml.SafeLoader)
        if root is None:
            return {}
        if not isinstance(root, yaml.MappingNode):
            raise SourceError(f"{place}, line 2: front matter must be lines of `key: value`.")
        return {
            key.value: _yaml_scalar(key.value, node, place)
            for key, node in root.value
            if key.value in _FRONT_MATTER
        }
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2  # 0-based, after the --- line
        problem = getattr(error, "problem", None) or "characters YAML does not allow"
        raise SourceError(f"{place}, line {line}: front matter is broken: {problem}.") from None
    except RecursionError:
        raise SourceError(f"{place}, line 2: front matter is nested too deeply.") from None


def _yaml_scalar(name: str, node: Any, place: str) -> str:
    import yaml

    line = node.start_mark.line + 2
    if not isinstance(node, yaml.ScalarNode):
        raise SourceError(f"{place}, line {line}: {name} in front matter must be one value.")
    if node.tag == "tag:yaml.org,2002:null":
        return ""
    if node.tag != "tag:yaml.org,2002:timestamp":
        return str(node.value)
    try:
        return str(yaml.safe_load(node.value).isoformat())
    except ValueError as error:
        raise SourceError(f"{place}, line {line}: {name} is not a date: {error}.") from None


def add_markdown(writer: ArticleWriter, markdown: str) -> str:
    """Append the blocks of CommonMark with tables and footnotes. Return the first heading of level
    1; "" if there is none."""
    # Imported here because it takes 50 ms and only Markdown needs it.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    # Deeper nesting is dropped, and quotes in forums can reach the preset's 20.
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    # Notes stay in their place: mdit-py-plugins 0.7.0 drops those that nothing refers to.
    parser.use(footnote_plugin).disable("footnote_tail")
    environment: dict[str, Any] = {}
    tokens = parser.parse(markdown, environment)
    blocks = _Blocks(writer, _marks_of_notes(tokens))
    for token in tokens:
        blocks.take(token)
    for note in _inline_notes(environment):
        writer.add(BlockKind.NOTE, blocks.inline(note))
    heads = (
        after.children or []
        for before, after in pairwise(tokens)
        if before.type == "heading_open" and before.tag == "h1"
    )
    return next((_Inline(ArticleWriter(), None).text(each) for each in heads), "")


def _with_kinds(article: Article) -> Article:
    """Return the article with the kinds that only the words of a paragraph show, such as that of a
    correction."""
    shown = {block.start: block.kind for block in find_blocks(article.text)}
    blocks = tuple(_with_kind(block, shown.get(block.start)) for block in article.blocks)
    return replace(article, blocks=blocks)


def _with_kind(block: Block, shown: BlockKind | None) -> Block:
    if block.kind is BlockKind.PARAGRAPH and shown in _SHOWN_BY_WORDS:
        return replace(block, kind=shown)
    return block


def _inline_notes(environment: dict[str, Any]) -> Iterator[Sequence["Token"]]:
    """Yield the notes that are written within a sentence: ^[like this]."""
    notes = environment.get("footnotes", {}).get("list", {})
    return (note["tokens"] for note in notes.values() if "tokens" in note)


def _marks_of_notes(tokens: Sequence["Token"]) -> re.Pattern[str] | None:
    """Return a pattern of the marks that notes in this text open with; None without such notes."""
    opened = (_NOTE.match(token.content) for token in tokens if token.type == "inline")
    marks = sorted({found[1] for found in opened if found}, key=len, reverse=True)
    return re.compile(_AFTER_TEXT + f"(?:{'|'.join(map(re.escape, marks))})") if marks else None


@dataclass(slots=True)
class _Blocks:
    """Writer of a Markdown document's blocks."""

    _writer: ArticleWriter
    _marks: re.Pattern[str] | None
    _kinds: list[BlockKind] = field(default_factory=lambda: [BlockKind.PARAGRAPH])
    _numbers: list[int | None] = field(default_factory=list)  # next per open list; None: bullets
    _marker: str = ""  # of the item just opened, until its first text
    _rows: list[list[str]] | None = None  # of the open table
    _header: bool = False

    def take(self, token: "Token") -> None:
        match token.type:
            case "heading_open":
                self._kinds.append(BlockKind.HEADING)
            case "blockquote_open":
                self._kinds.append(BlockKind.QUOTE)
            case "footnote_reference_open":
                self._kinds.append(BlockKind.NOTE)
            case "heading_close" | "blockquote_close" | "footnote_reference_close":
                self._kinds.pop()
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case "list_item_open":
                self._open_item()
            case "list_item_close":
                self._marker = ""
            case "table_open":
                self._rows = []
            case "tr_open" if self._rows is not None:
                self._rows.append([])
            case "table_close":
                self._close_table()
            case "inline" if self._rows:
                self._rows[-1].append(self.inline(token.children or []))
            case "inline":
                self._add(token)
            case "fence" | "code_block":
                self._write(self._kinds[-1], token.content.strip("\n"))
            case "html_block":
                words = _HTML_TAG.sub(" ", _SILENT_HTML.sub(" ", token.content))
                self._writer.leave_out("HTML in Markdown", words)

    def inline(self, tokens: Sequence["Token"]) -> str:
        return _Inline(self._writer, self._marks).text(tokens)

    def _open_item(self) -> None:
        number = self._numbers[-1]
        self._marker = "- " if number is None else f"{number}. "
        self._numbers[-1] = None if number is None else number + 1

    def _add(self, token: "Token") -> None:
        text = self.inline(token.children or [])
        note = _NOTE.match(text) if self._marks else None
        if note or _opens_with_mark(token.children or []):
            self._write(BlockKind.NOTE, text[note.end() :] if note else text)
        else:
            self._write(self._kinds[-1], text)

    def _write(self, kind: BlockKind, text: str) -> None:
        if not text.strip():
            return
        if self._numbers and kind is BlockKind.PARAGRAPH:
            kind = BlockKind.LIST_ITEM
        self._writer.add(kind, self._marker + text)
        self._marker = ""

    def _close_table(self) -> None:
        """Write the rows, each cell after the name of its column. Markdown's tables always have a
        header, which may be empty."""
        header, *rows = self._rows or [[]]
        self._rows = None
        for cells in rows or [header]:
            names = header if rows else []
            self._writer.add(BlockKind.TABLE_ROW, table_row(names, cells))


def _opens_with_mark(tokens: Sequence["Token"]) -> bool:
    """Return whether a paragraph opens with a raised mark: it is a note."""
    raised = [token for token in tokens if token.type != "text" or token.content.strip()][:2]
    return (
        len(raised) == 2
        and raised[0].type == "html_inline"
        and raised[0].content.lower().startswith("<sup")
        and is_mark(raised[1].content.strip())
    )


@dataclass(slots=True)
class _Open:
    """An open element whose text is decided on when it closes: its name, and the text before."""

    name: str
    before: list[str]


@dataclass(slots=True)
class _Inline:
    """Text of one block without markup. Struck text and footnote marks are left out; images, their
    alternative text and HTML except <br> are dropped."""

    _writer: ArticleWriter
    _marks: re.Pattern[str] | None
    _pieces: list[str] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)

    def text(self, tokens: Sequence["Token"]) -> str:
        for token in tokens:
            self._take(token)
        while self._open:
            self._unfold()
        return self._without_marks("".join(self._pieces)).strip()

    def _take(self, token: "Token") -> None:
        match token.type:
            case "text":
                self._pieces.append(self._known_text(token.content))
            case "code_inline":
                self._pieces.append(token.content)
            case "softbreak":
                self._pieces.append(" ")
            case "hardbreak":
                self._pieces.append("\n")
            case "s_open" | "link_open":
                self._enter(token.tag)
            case "s_close" | "link_close":
                self._leave(token.tag)
            case "html_inline":
                self._take_html(token.content)

    def _known_text(self, text: str) -> str:
        for mark in _UNKNOWN_MARK.findall(text):
            self._writer.leave_out(_MARK_REASON, mark)
        return _UNKNOWN_MARK.sub("\0", text)

    def _take_html(self, html: str) -> None:
        tag = _TAG.match(html)
        name = tag[2].lower() if tag else ""
        if name == "br":  # dropping it would join two words, which a quote would show
            self._pieces.append("\n")
        elif name == "q":
            self._pieces.append("”" if tag and tag[1] else "“")
        elif name in _DELETED | _RAISED and tag and tag[1]:
            self._leave(name)
        elif name in _DELETED | _RAISED:
            self._enter(name)

    def _enter(self, name: str) -> None:
        if len(self._open) == _MOST_OPEN:
            return
        self._open.append(_Open(name, self._pieces))
        self._pieces = []

    def _unfold(self) -> str:
        """Close the innermost element and keep its text. Return the text."""
        text = "".join(self._pieces)
        self._pieces = self._open.pop().before
        self._pieces.append(text)
        return text

    def _leave(self, name: str) -> None:
        if name not in [element.name for element in self._open]:
            return
        while self._open[-1].name != name:
            self._unfold()
        text = self._unfold()
        self._pieces.pop()
        self._pieces.append(self._decided(name, text))

    def _decided(self, name: str, text: str) -> str:
        """Return what stays of an element's text."""
        before = "".join(self._pieces[-3:])
        if name in _DELETED:
            self._writer.leave_out(_WITHDRAWN, text)
            return "\0"
        if name == "sub":
            return lowered_text(text)
        marked = name == "sup" and not raised_text(text, before)
        linked = _LINKED_MARK.fullmatch(text) and before[-1:].strip(" (/")
        if not marked and not (name == "a" and linked):
            return raised_text(text, before) if name == "sup" else text
        self._writer.leave_out(_MARK_REASON, text)
        return "\0"

    def _without_marks(self, text: str) -> str:
        """Leave out the marks of notes, and close the gaps of what was left out."""
        if self._marks:
            text = self._marks.sub(self._left_out_mark, text)
        return _GAP.sub(_closed, text)

    def _left_out_mark(self, mark: re.Match[str]) -> str:
        if _UNIT.search(mark.string[max(0, mark.start() - 4) : mark.start()]):
            return mark[0]  # a power: 12 km²
        self._writer.leave_out(_MARK_REASON, mark[0])
        return "\0"


def _closed(gap: re.Match[str]) -> str:
    """Return one space where there were two, and none before a punctuation mark."""
    before, after, following = gap.groups()
    punctuation = following in tuple(".,;:!?)")
    return "" if punctuation or not (before or after) else " "
