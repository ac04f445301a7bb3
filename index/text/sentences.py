"""Splitting a text into sentences with exact offsets."""

import re
from collections.abc import Iterator

import sentencex

from index.models import Span

# A line break ends a sentence unless the line was wrapped by hand. Wrapped lines are long and
# run on; headings, bullet points and one-paragraph-a-line texts are not.
_WRAPPED_LINE_CHARS = 40
# "A." is not among the marks of list items: it is more often the initial of a name.
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[A-Z]\))\s")
_TERMINATED = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")
_HEADING_CHARS = 120
_NOTHING_MORE_ON_LINE = re.compile(r"[ \t]*[\r\n]\s*\S")
_LOWERCASE_START = re.compile(r"\s*[a-zà-öø-ÿ]")

# What sentencex 1.0.32 leaves together although a new sentence plainly starts: after a closing
# bracket that holds a whole sentence, after an ellipsis followed by a capital, after the word
# "no", which it takes for the abbreviation of "number", and after a date or "in" with a month that
# is short or shortened: "on 27 May. The plant".
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_MISSED_BREAK = re.compile(
    rf"(?:(?<=[.!?][)\]])|(?<=…)|(?<=\b[Nn]o\.)|(?<=\d {_MONTH}\.)|(?<=\d Sept\.)"
    rf"|(?<=\b[Ii]n {_MONTH}\.)|(?<=\b[Ii]n Sept\.))\s+(?=[\"'“‘(]?[A-ZÀ-ÖØ-Þ])"
)
# What it cuts although the sentence goes on: after an abbreviated unit such as "$1.5 bn.", and
# after the initial or the "A." of a list that a line starts with.
_CUT_UNIT = re.compile(r"\d\s?(?:bn|mn|m|tn|k|pct|GW|MW|kW)\.\s*$")
_LONE_LETTER = re.compile(r"\s*[A-Z]\.\s*")

# Marks that carry no text: a byte order mark, zero-width and directional marks. A sentence
# neither starts nor ends with one.
_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE_START = re.compile(rf"[{_INVISIBLE}]*")


def split_sentences(text: str) -> list[Span]:
    """The sentences of `text` in order. Spans do not overlap and none is empty; what lies
    outside them is white space, invisible marks and the bullets or numbers of list items."""
    return [
        span
        for block in _blocks(text)
        for piece in _pieces(text, block)
        if (span := _trim(text, piece))
    ]


def may_be_heading(sentence: str) -> bool:
    """Whether a sentence looks like one, before its surroundings are looked at."""
    return len(sentence) <= _HEADING_CHARS and not _TERMINATED.search(sentence)


def is_heading(text: str, span: Span) -> bool:
    """Whether the sentence is a line of its own above other text, short and without a final
    stop: a headline or a heading, which names a topic but states nothing."""
    line_before = text.rfind("\n", 0, span.start) + 1
    return (
        may_be_heading(text[span.start : span.end])
        and not text[line_before : span.start].strip()
        and _NOTHING_MORE_ON_LINE.match(text, span.end) is not None
    )


def _blocks(text: str) -> Iterator[Span]:
    """Runs of lines that belong to one paragraph, heading or list item."""
    start = end = 0
    last = ""
    for line in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text):
        if end > start and not _continues(last, line.group()):
            yield Span(start, end)
            start = end
        end, last = line.end(), line.group().rstrip("\r\n")
    if end > start:
        yield Span(start, end)


def _continues(last: str, line: str) -> bool:
    """Whether `line` goes on with the sentence that the `last` line before it left open."""
    if not line.strip() or not last.strip() or _LIST_ITEM.match(line):
        return False
    if _LOWERCASE_START.match(line):
        return True
    return len(last) >= _WRAPPED_LINE_CHARS and not _TERMINATED.search(last)


def _pieces(text: str, block: Span) -> Iterator[Span]:
    """The library's sentences within one block, mended where it is known to err."""
    # sentencex would not know the abbreviation "Mr." right after a byte order mark.
    invisible = _INVISIBLE_START.match(text, block.start, block.end)
    offset = invisible.end() if invisible else block.start
    if marker := _LIST_ITEM.match(text, offset, block.end):
        offset = marker.end()
    block_text = text[offset : block.end]
    start = end = 0
    for boundary in sentencex.get_sentence_boundaries("en", block_text):
        before, end = end, boundary["end_index"]
        if _runs_on(block_text, before, end):
            continue
        for missed in _MISSED_BREAK.finditer(block_text, start, end):
            yield Span(offset + start, offset + missed.start())
            start = missed.end()
        yield Span(offset + start, offset + end)
        start = end
    if start < len(block_text):
        yield Span(offset + start, block.end)


def _runs_on(text: str, start: int, end: int) -> bool:
    """Whether the sentence goes on beyond the boundary at `end`; the one before is at `start`."""
    if _LONE_LETTER.fullmatch(text, start, end):
        return True
    return bool(_LOWERCASE_START.match(text, end) and _CUT_UNIT.search(text, start, end))


def _trim(text: str, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end and (text[start].isspace() or text[start] in _INVISIBLE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _INVISIBLE):
        end -= 1
    return Span(start, end) if end > start else None
