"""Paragraphs of plain text that was wrapped by hand, as in mails and feeds."""

import re
from collections.abc import Iterator

_ITEM = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,3}[.)])\s")
_WRAPPED_AT = 100  # no mail program wraps wider; a longer line shows that nothing was wrapped
_LEAST_WIDTH = 40
_NARROWEST, _FULL = 55, 0.95  # a text whose lines are all shorter was not wrapped
_SPACES = re.compile(r"[ \t\xa0\u2000-\u200a\u202f]+")
_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")


def paragraphs(text: str, *, wrapped: bool = True) -> Iterator[str]:
    """Yield the paragraphs of a text. Lines that were wrapped by hand are joined; a line break
    that ends a short line, such as one of an address, stays."""
    lines = [_SPACES.sub(" ", line.translate(_INVISIBLE)).strip() for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    width = width if wrapped and width <= _WRAPPED_AT else 0
    paragraph = ""
    last = ""
    for line in [*lines, ""]:
        if not line or (paragraph and _ITEM.match(line)):
            if paragraph:
                yield paragraph
            paragraph = line
        elif not paragraph:
            paragraph = line
        else:
            paragraph += (" " if _was_wrapped(last, line, width) else "\n") + line
        last = line


def _was_wrapped(before: str, line: str, width: int) -> bool:
    """Return whether the first word of a line had no room at the end of the line before it."""
    if not width:
        return False
    if len(before) >= _LEAST_WIDTH and line[0].islower():
        return True
    first_word = line.split(" ", 1)[0]
    return len(before) + 1 + len(first_word) > max(width, _NARROWEST) * _FULL


def is_list_item(paragraph: str) -> bool:
    """Return whether a paragraph opens with a bullet or a number."""
    return _ITEM.match(paragraph) is not None
