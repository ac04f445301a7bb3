"""Styles of Word documents: what a paragraph is, and how a run is shown."""

import re
from dataclasses import dataclass, replace
from typing import Any

from index.articles.base.xml_tree import child, children
from index.models import BlockKind

_OFF = frozenset({"0", "false", "off", "none"})
_BODY_LEVEL = 9
_DEPTH = 20  # styles based on each other; a damaged file may have a circle
_NAMES = (
    (re.compile(r"heading \d|(?:sub)?title|headline", re.IGNORECASE), BlockKind.HEADING),
    (re.compile(r".*\bquot(?:e|ation)s?\b.*", re.IGNORECASE), BlockKind.QUOTE),
    (re.compile(r"caption", re.IGNORECASE), BlockKind.CAPTION),
    (re.compile(r"byline|author", re.IGNORECASE), BlockKind.BYLINE),
    (re.compile(r"list (?:bullet|number|paragraph).*", re.IGNORECASE), BlockKind.LIST_ITEM),
    (re.compile(r"(?:foot|end)note text", re.IGNORECASE), BlockKind.NOTE),
)


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """Meaning of a paragraph style. `kind` is None for body text."""

    kind: BlockKind | None = None
    title: bool = False
    contents: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class RunStyle:
    """How a run is shown."""

    bold: bool = False
    hidden: bool = False
    struck: bool = False
    raised: bool = False
    lowered: bool = False


class Styles:
    """The styles of a document."""

    def __init__(self, styles: Any) -> None:
        """Read the part with the styles, which may be None."""
        found = [] if styles is None else list(children(styles, "style"))
        self._styles = {setting(style, "styleId"): style for style in found}
        self._default = next((setting(s, "styleId") for s in found if _is_default(s)), "")
        self._kinds: dict[str, ParagraphStyle] = {}

    def of(self, paragraph: Any) -> ParagraphStyle:
        """Return the style of a paragraph, with its own settings applied."""
        own = child(paragraph, "pPr")
        style_id = setting(child(own, "pStyle"), "val") or self._default
        style = self._paragraph_style(style_id)
        level = setting(child(own, "outlineLvl"), "val")
        if level.isdecimal() and int(level) < _BODY_LEVEL:
            return replace(style, kind=BlockKind.HEADING)
        if style.kind is None and _is_numbered(own):
            return replace(style, kind=BlockKind.LIST_ITEM)
        return style

    def run(self, run: Any) -> RunStyle:
        """Return how a run is shown, by its character style and its own settings."""
        own = child(run, "rPr")
        style_id = setting(child(own, "rStyle"), "val")
        sources = [own, *(child(style, "rPr") for style in self._chain(style_id))]
        align = _first(sources, "vertAlign")
        return RunStyle(
            bold=flag(_first(sources, "b")),
            hidden=flag(_first(sources, "vanish")),
            struck=flag(_first(sources, "strike")) or flag(_first(sources, "dstrike")),
            raised=setting(align, "val") == "superscript" or _is_lifted(sources),
            lowered=setting(align, "val") == "subscript",
        )

    def _paragraph_style(self, style_id: str) -> ParagraphStyle:
        if style_id not in self._kinds:
            self._kinds[style_id] = self._resolved(style_id)
        return self._kinds[style_id]

    def _resolved(self, style_id: str) -> ParagraphStyle:
        chain = self._chain(style_id)
        names = [setting(child(style, "name"), "val") for style in chain] or [style_id]
        bold = flag(_first([child(style, "rPr") for style in chain], "b"))
        return ParagraphStyle(
            kind=_kind(names, chain),
            title=names[0].lower() == "title",
            contents=re.fullmatch(r"(?i)toc (?:heading|\d)|table of figures", names[0]) is not None,
            bold=bold,
        )

    def _chain(self, style_id: str) -> list[Any]:
        chain: list[Any] = []
        while style_id in self._styles and len(chain) < _DEPTH:
            chain.append(self._styles[style_id])
            style_id = setting(child(chain[-1], "basedOn"), "val")
        return chain


def _kind(names: list[str], chain: list[Any]) -> BlockKind | None:
    for name, style in zip(names, chain or [None], strict=False):
        level = setting(child(style, "pPr", "outlineLvl"), "val")
        if level.isdecimal() and int(level) < _BODY_LEVEL:
            return BlockKind.HEADING
        for pattern, kind in _NAMES:
            if pattern.fullmatch(name):
                return kind
        if _is_numbered(child(style, "pPr")):
            return BlockKind.LIST_ITEM
    return None


def _is_default(style: Any) -> bool:
    return setting(style, "type") == "paragraph" and setting(style, "default") in ("1", "true")


def _is_numbered(properties: Any) -> bool:
    number = setting(child(properties, "numPr", "numId"), "val")
    return number not in ("", "0")


def _is_lifted(sources: list[Any]) -> bool:
    """Return whether a run is lifted above the line by hand."""
    position = setting(_first(sources, "position"), "val")
    return position.isdecimal() and int(position) >= 4


def _first(sources: list[Any], name: str) -> Any:
    found = (child(source, name) for source in sources)
    return next((element for element in found if element is not None), None)


def setting(element: Any, name: str) -> str:
    """Return an attribute in any namespace; "" if it or the element is missing."""
    if element is None:
        return ""
    return next((str(v) for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def flag(element: Any) -> bool:
    """Return whether a property such as <w:b/> is on. One without a value is."""
    return element is not None and setting(element, "val").lower() not in _OFF
