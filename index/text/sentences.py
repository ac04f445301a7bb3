"""Sentence splitting with exact offsets."""

import re
from collections.abc import Iterator

import sentencex

from index.models import Span

# A line break ends a sentence unless the line was wrapped by hand. Wrapped lines are long and run
# on. Headings, bullet points and one-paragraph-a-line texts are not wrapped.
_WRAPPED_LINE_CHARS = 40
# Excludes "A.", which is more often the initial of a name.
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[A-Z]\))\s")
_TERMINATED = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")
_HEADING_CHARS = 120
_NOTHING_MORE_ON_LINE = re.compile(r"[ \t]*[\r\n]\s*\S")
_LOWERCASE_START = re.compile(r"\s*[a-zà-öø-ÿ]")

# Breaks that sentencex 1.0.32 misses: after a bracket that closes a whole sentence, after an
# ellipsis before a capital, after "no", which it reads as "number", and after a date or "in" with a
# short or shortened month: "on 27 May. The plant".
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_MISSED_BREAK = re.compile(
    rf"(?:(?<=[.!?][)\]])|(?<=…)|(?<=\b[Nn]o\.)|(?<=\d {_MONTH}\.)|(?<=\d Sept\.)"
    rf"|(?<=\b[Ii]n {_MONTH}\.)|(?<=\b[Ii]n Sept\.))\s+(?=[\"'“‘(]?[A-ZÀ-ÖØ-Þ])"
)
# Wrong breaks of sentencex: after an abbreviated unit such as "$1.5 bn.", and after an initial or
# list letter "A." at the start of a line.
_CUT_UNIT = re.compile(r"\d\s?(?:bn|mn|m|tn|k|pct|GW|MW|kW)\.\s*$")
_LONE_LETTER = re.compile(r"\s*[A-Z]\.\s*")

# Marks without text: a byte order mark, zero-width and directional marks. A sentence neither starts
# nor ends with one.
_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE_START = re.compile(rf"[{_INVISIBLE}]*")


def split_sentences(text: str) -> list[Span]:
    """Split `text` into sentences, in order. Spans do not overlap and are not empty. Outside them
    are only white space, invisible marks and the bullets or numbers of list items."""
    return [
        span
        for block in _blocks(text)
        for piece in _pieces(text, block)
        if (span := _trim(text, piece))
    ]


def may_be_heading(sentence: str) -> bool:
    """Check whether a sentence alone looks like a heading, without its surroundings."""
    return len(sentence) <= _HEADING_CHARS and not _TERMINATED.search(sentence)


def is_heading(text: str, span: Span) -> bool:
    """Check whether the sentence is a headline or a heading: a short line of its own above other
    text, without a final stop. A heading names a topic but states nothing."""
    line_before = text.rfind("\n", 0, span.start) + 1
    return (
        may_be_heading(text[span.start : span.end])
        and not text[line_before : span.start].strip()
        and _NOTHING_MORE_ON_LINE.match(text, span.end) is not None
    )


def _blocks(text: str) -> Iterator[Span]:
    """Yield runs of lines that form one paragraph, heading or list item."""
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
    """Check whether `line` continues the sentence of the line before it, `last`."""
    if not line.strip() or not last.strip() or _LIST_ITEM.match(line):
        return False
    if _LOWERCASE_START.match(line):
        return True
    return len(last) >= _WRAPPED_LINE_CHARS and not _TERMINATED.search(last)


def _pieces(text: str, block: Span) -> Iterator[Span]:
    """Yield sentencex's sentences in one block, with its known errors corrected."""
    # sentencex does not recognize the abbreviation "Mr." right after a byte order mark.
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
    """Check whether the sentence that begins at `start` continues beyond the boundary at `end`."""
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
