"""The plain words of a question, without markdown, links and mentions."""

import re

from index.text.words import dates_in_words

_LINK = re.compile(r"!?\[([^\]\[]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"<?https?://[^\s>]{1,500}>?|<[@#][!&]?\d{1,20}>|@(?:everyone|here)\b")
_MARKS = re.compile(r"[*_`~|]+|^\s*[>#]+", re.MULTILINE)


def plain(question: str) -> str:
    """Remove markdown, addresses and mentions, join the lines, and write dates in words. If nothing
    is left, return the question as it is."""
    text = _MARKS.sub(" ", _ADDRESS.sub(" ", _LINK.sub(r"\1", question)))
    return dates_in_words(" ".join(text.split())) or question.strip()
