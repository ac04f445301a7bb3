"""The words of a question without what they are dressed in."""

import re

from index.text.words import dates_in_words

_LINK = re.compile(r"!?\[([^\]\[]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"<?https?://[^\s>]{1,500}>?|<[@#][!&]?\d{1,20}>|@(?:everyone|here)\b")
_MARKS = re.compile(r"[*_`~|]+|^\s*[>#]+", re.MULTILINE)


def plain(question: str) -> str:
    """Without markdown, addresses and mentions, on one line, dates in words. What nothing is left
    of stays as it is."""
    text = _MARKS.sub(" ", _ADDRESS.sub(" ", _LINK.sub(r"\1", question)))
    return dates_in_words(" ".join(text.split())) or question.strip()
