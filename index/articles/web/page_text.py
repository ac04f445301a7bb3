"""Running text of a web page: footnote marks, exponents, quotation marks and spaces."""

import re
from dataclasses import dataclass, field
from typing import Any

LINE_BREAK = "\v"  # stands for <br> until the block is complete
INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u200e\u200f\u2060\ufeff")
_SPACES = re.compile(r"[ \t\n\r\f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_SPACED_BREAK = re.compile(rf" ?{LINE_BREAK} ?")
_PARAGRAPH_BREAK = re.compile(rf"{LINE_BREAK}{{2,}}")
_POWERS = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
# A raised number after these is an exponent: units, powers of ten, variables.
_TAKES_POWER = re.compile(
    r"(?:^|[^\w$€£¥])(?:\d[\d.,]{0,20}\s?)?(?:[kcdmµμn]?m|km|ft|in|mi|yd|yards?|miles?|foot|feet|inch(?:es)?"
    r"|acres?|s|sec|(?:kilo|centi)?met(?:re|er)s?|sq)$"
    r"|(?:^|[^\w$€£¥.,])(?<!Class )(?<!Series )(?<!Tier )(?<!Type )[b-hj-zB-HJ-Z]$"
)
_TAKES_ANY_POWER = re.compile(r"(?:^|[^\w$€£¥.,]|[×x·*] ?)10$")
_MONEY = re.compile(r"[$€£¥]\s?[\d.,]{1,20}\s?m$")
_AMOUNT_FOLLOWS = re.compile(r"\s*(?:%|[mbt]r?illion|[mb]n\b|percent|per cent|people|[.,]\d)", re.I)
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|è|ème|º|ª)\.?", re.I)
_TRADE_MARK = {"tm": "™", "(tm)": "™", "sm": "℠", "r": "®", "(r)": "®", "®": "®", "™": "™"}
_MARK = re.compile(r"[\[(]?\s*(?:\d{1,3}|[a-z]{1,2}|[ivx]{1,4}|note \d+|[*†‡§¶#]+)\s*[\])]?"
                   r"(?:\s*[,;]\s*[\[(]?(?:\d{1,3}|[a-z]|[*†‡§]+)[\])]?)*", re.I)  # fmt: skip
_POWER = re.compile(r"[−–-]?[123]|n")
_ANY_POWER = re.compile(r"[+−–-]?\d{1,3}|n")
_CITED = r"(?:\[(?:\d{1,3}|[a-z]|(?:nb|note|n) \d{1,3}|citation needed|clarification needed)\])+"
_CITATION = re.compile(rf"(?<=[^\s\[(]){_CITED}(?=[\s.,;:)”’\"'—–-]|$)")
_CITATION_AFTER_STOP = re.compile(rf"(?<=[.,;:”\")]){_CITED}(?=[\s)”’\"'—–-]|$)")
_NUCLIDE = re.compile(r"[A-Z][a-z]?(?![a-z])")


@dataclass(slots=True)
class Run:
    """Text of a block in the making, and the characters of it in links and in bold type."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    bold: int = 0
    marks: list[str] = field(default_factory=list)
    opens_with_mark: bool = False

    def add(self, text: str, linked: bool, bold: bool) -> None:
        self.pieces.append(text)
        if linked or bold:
            visible = len(text.strip())
            self.linked += visible if linked else 0
            self.bold += visible if bold else 0

    def raise_text(self, text: str, after: str, *, links_to_note: bool) -> None:
        """Add raised text: an exponent, an ordinal or a trade mark. A footnote mark is left out,
        because joined to an amount it would change the amount."""
        before = "".join(self.pieces[-4:]).translate(INVISIBLE)
        raised = "" if links_to_note else _raised(text, before, after)
        if raised is not None and not links_to_note:
            self.pieces.append(raised)
        elif _MARK.fullmatch(text) or links_to_note:
            self.marks.append(text)
            self.opens_with_mark |= not "".join(self.pieces).strip()
        else:
            self.pieces.append(text)

    def paragraphs(self) -> list[str]:
        """Return the clean text; two line breaks in a row end a paragraph."""
        text = "".join(self.pieces)
        if LINE_BREAK not in text:
            text = clean(text)
            return [text] if text else []
        parts = _PARAGRAPH_BREAK.split(_SPACED_BREAK.sub(LINE_BREAK, clean(text)))
        return [_with_lines(part) for part in parts if part.strip(LINE_BREAK)]


def clean(text: str) -> str:
    """Remove invisible characters and collapse white space; a line break stays."""
    return _SPACES.sub(" ", text.translate(INVISIBLE)).strip(" ")


def without_citations(text: str, *, everywhere: bool) -> tuple[str, str]:
    """Remove citation marks such as [3]; also return them. On a page without references only those
    after a full stop or a comma count: list[3] is code."""
    form = _CITATION if everywhere else _CITATION_AFTER_STOP
    return form.sub("", text), " ".join(form.findall(text))


def _with_lines(text: str) -> str:
    """Write a line break as a space within a sentence and as a new line elsewhere."""
    lines = text.strip(LINE_BREAK).split(LINE_BREAK)
    joined = lines[0]
    for line in lines[1:]:
        joined += (" " if line[:1].islower() else "\n") + line
    return joined


def _raised(text: str, before: str, after: str) -> str | None:
    """Return raised text as it reads in a line; None for a footnote mark."""
    if text.lower() in _TRADE_MARK:
        return _TRADE_MARK[text.lower()]
    if _ORDINAL.fullmatch(text) and before[-1:].isdigit():
        return text
    if text.isdecimal() and re.match(r"\s*[/⁄]", after) and before[-1:].isdigit():
        return f" {text}"  # a mixed fraction: 5 1/2
    if _is_power(text, before) and not _AMOUNT_FOLLOWS.match(after):
        return text.translate(_POWERS)
    if text.isdecimal() and len(text) > 1 and before[-1:] in (" ", "-") and _NUCLIDE.match(after):
        return text.translate(_POWERS)
    return None


def _is_power(text: str, before: str) -> bool:
    if _ANY_POWER.fullmatch(text) and _TAKES_ANY_POWER.search(before):
        return True
    return bool(
        _POWER.fullmatch(text) and _TAKES_POWER.search(before) and not _MONEY.search(before)
    )


def inner_text(element: Any) -> str:
    """Return all text of an element on one line."""
    return clean("".join(element.itertext()))


def is_longer(element: Any, limit: int) -> bool:
    """Return whether an element has more characters of text; reads no more than it needs."""
    length = 0
    for piece in element.itertext():
        length += len(piece.strip())
        if length > limit:
            return True
    return False
