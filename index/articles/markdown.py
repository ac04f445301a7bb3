"""Markdown with front matter, read as plain text."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from index.articles.readers import METADATA, decode, guess
from index.errors import SourceError
from index.models import Article

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONGEST_FRONT_MATTER = 64 * 1024
_FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_BREAK = re.compile(r"<br[\s/>]", re.IGNORECASE)


def read_markdown(data: bytes, article_id: str, place: str) -> Article:
    """Read a Markdown file as plain text, with the metadata of its front matter. Raises SourceError
    if the front matter is broken."""
    text = decode(data, place).removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    metadata, body = _front_matter(text, place)
    plain, heading = markdown_to_text(body)
    title = metadata.pop("title", "") or guess(heading)
    return Article(id=article_id, text=plain, title=title, **metadata)


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
            if key.value in METADATA
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


def markdown_to_text(markdown: str) -> tuple[str, str]:
    """Convert CommonMark with tables to plain text; also return its first heading of level 1 ("" if
    none)."""
    # Imported here because it takes 50 ms and only Markdown needs it.
    from markdown_it import MarkdownIt

    # Deeper nesting is dropped, and quotes in forums can reach the preset's 20.
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    tokens = parser.parse(markdown)
    plain = _PlainText()
    for token in tokens:
        plain.take(token)
    headings = (
        _inline_text(after)
        for before, after in pairwise(tokens)
        if before.type == "heading_open" and before.tag == "h1"
    )
    return str(plain), next(headings, "")


class _PlainText:
    """Collector of a Markdown document's blocks: a blank line between blocks, one newline between
    list items."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._numbers: list[int | None] = []  # next number per open list; None for bullets
        self._marker = ""  # of the item just opened, until its first text
        self._list_has_text = False
        self._rows: list[list[str]] | None = None  # of the open table

    def __str__(self) -> str:
        return "".join(self._pieces)

    def take(self, token: "Token") -> None:
        match token.type:
            case "bullet_list_open":
                self._open_list(None)
            case "ordered_list_open":
                self._open_list(int(token.attrs.get("start", 1)))
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
                self._rows[-1].append(_inline_text(token))
            case "inline":
                self._add(_inline_text(token))
            case "fence" | "code_block":
                self._add(token.content.strip("\n"))

    def _open_list(self, first: int | None) -> None:
        if not self._numbers:
            self._list_has_text = False
        self._numbers.append(first)

    def _open_item(self) -> None:
        number = self._numbers[-1]
        self._marker = "- " if number is None else f"{number}. "
        self._numbers[-1] = None if number is None else number + 1

    def _close_table(self) -> None:
        rows, self._rows = self._rows or [], None
        self._add("\n".join(" | ".join(cells) for cells in rows if any(cells)))

    def _add(self, text: str) -> None:
        if not text.strip():
            return
        close = self._marker and self._list_has_text
        if self._pieces:
            self._pieces.append("\n" if close else "\n\n")
        self._pieces.append(self._marker + text)
        self._marker = ""
        self._list_has_text = bool(self._numbers)


def _inline_text(token: "Token") -> str:
    """Return the text without markup; images, their alternative text and raw HTML except <br> are
    dropped."""
    return "".join(_inline_piece(child) for child in token.children or []).strip()


def _inline_piece(token: "Token") -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        # Dropping <br> would join two words, which a quote would show.
        case "html_inline" if _BREAK.match(token.content):
            return "\n"
    return ""
