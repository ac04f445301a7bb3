"""Sentence splitting with exact offsets."""

import re
from collections.abc import Iterator

from index.models import Span
from index.text.boundaries import ends_sentence

# A line break ends a sentence unless the line was wrapped by hand. Wrapped lines are long and run
# on. Headings, bullet points and one-paragraph-a-line texts are not wrapped.
_WRAPPED_LINE_CHARS = 40
_WIDEST_WRAPPED_CHARS = 120
# Excludes "A.", which is more often the initial of a name.
_MARKER = r"\s*(?:[-*+•▪●◦‣–]|\(?(\d{1,3})[.)]|\(?[a-z][.)]|\(?[A-Z]\))"
_LIST_ITEM = re.compile(rf"{_MARKER}\s")
_OPENING_MARKER = re.compile(rf"{_MARKER}(?:\s|\Z)")
_TERMINATED = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")
# A speaker in a transcript: "MR. OKONJO: Yes.", "Q: When?"
_LABEL = re.compile(r"[A-Z][A-Z.'’ -]{0,40}:\s")
_HEADING_CHARS = 120
_NOTHING_MORE_ON_LINE = re.compile(r"[ \t]*[\r\n]\s*\S")
_LOWERCASE_START = re.compile(r"\s*[a-zà-öø-ÿ]")

# Marks without text: a byte order mark, zero-width and directional marks. A sentence neither starts
# nor ends with one.
_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE_START = re.compile(rf"[{_INVISIBLE}]*")

# Marks that end a sentence, with the quotes, brackets and footnote marks after them: "2025.¹ Its",
# "2025.[3] Its", "plan.”3 Its". Possessive, and not tried inside a run such as ". . .": otherwise a
# long run of full stops is quadratic. Each pattern begins with a set of characters, which Python
# searches for several times faster.
_STOP = re.compile(
    r"[.!?…؟。！？．｡।॥](?:"
    r"(?<=[.!?…؟])(?<![.!?…؟].)(?<![.!?…؟][ \u00a0]\.)"
    r"[.!?…؟]*+(?:[ \u00a0]\.[.!?…؟]*+)*+(?P<close>[\"'”’»›)\]}]*+)"
    r"(?:[ \u00a0]{0,3}(?:[¹²³⁰⁴-⁹]++|\[\d{1,3}\])|\[[a-z ]{1,20}\]|\(\d{1,2}\)|[*†‡§]++"
    r"|(?<=[a-z][.”\"])\d{1,2})*+"
    rf"[{_INVISIBLE}]*+(?:\s[\s{_INVISIBLE}]*+|\Z)"
    r"|(?<=[。！？．｡।॥])(?P<always>[。！？．｡।॥]*+[”’»」』）】]*+\s*+)"
    # A space is missing: "it ended.The board".
    r"|(?<=[a-z]{2}\.)(?P<glued>)(?=(?:The|It|In|He|She|They|But|And|This|That|We|At|On|For)\s))"
)
# Inline bullets and numbers: "Highlights: • Sales rose • Costs fell", "1. First 2. Second".
_INLINE_BULLET = re.compile(r"[•▪●◦‣](?<!\S.)(?:\s++|(?=\w))")
_INLINE_NUMBER = re.compile(r"(?<!\S)(\d{1,2})[.)]\s(?=[\"“]?[^\W\d_a-z])")
# A quotation or a bracket of several sentences stays whole up to this length: a part of it does not
# say who speaks.
_WHOLE_CHARS = 400
_WHOLE = re.compile(
    r"[\"“«‘'(\[](?:"
    rf"(?<=\")(?<![^\s(\[—–-].)(?=\S)[^\"]{{0,{_WHOLE_CHARS}}}(?<=\S)\"(?!\w)"
    rf"|(?<=“)[^“”]{{0,{_WHOLE_CHARS}}}”|(?<=«)[^«»]{{0,{_WHOLE_CHARS}}}»"
    rf"|(?<=‘)(?<!\w.)(?:[^‘’]|(?<=\w)’(?=\w)){{0,{_WHOLE_CHARS}}}(?<=[.,!?…])’(?!\w)"
    rf"|(?<=')(?<![\w'].)(?=[A-Z])(?:[^'\"]|(?<=\w)'(?=\w)){{0,{_WHOLE_CHARS}}}"
    r"(?<=[.,!?…])'(?!\w)"
    rf"|(?<=\()[^()]{{0,{_WHOLE_CHARS}}}\)|(?<=\[)[^\[\]]{{0,{_WHOLE_CHARS}}}\])"
)


def split_sentences(text: str) -> list[Span]:
    """Split `text` into sentences, in order. Spans do not overlap and are not empty. Outside them
    are only white space, invisible marks and the bullets or numbers of list items."""
    return [
        span
        for block in line_blocks(text)
        for piece in _pieces(text, block)
        if (span := _trim(text, piece))
    ]


def is_heading(text: str, span: Span) -> bool:
    """Check whether the sentence is a headline or a heading: a short line of its own above other
    text, without a final stop. A heading names a topic but states nothing."""
    line_before = text.rfind("\n", 0, span.start) + 1
    return (
        span.end - span.start <= _HEADING_CHARS
        and not _TERMINATED.search(text[span.start : span.end])
        and not text[line_before : span.start].strip()
        and _NOTHING_MORE_ON_LINE.match(text, span.end) is not None
    )


def opens_list_item(text: str, span: Span) -> bool:
    """Check whether the block begins with the bullet or the number of a list item."""
    return _LIST_ITEM.match(text, span.start, span.end) is not None


def line_blocks(text: str) -> Iterator[Span]:
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
    if _LABEL.match(line):
        return False
    if _LOWERCASE_START.match(line):
        return True
    if len(last) < _WRAPPED_LINE_CHARS:
        return False
    return not _TERMINATED.search(last) or _is_open(last.rstrip(), line.lstrip())


def _is_open(last: str, line: str) -> bool:
    """Check whether a line that was wrapped by hand ends in an abbreviation, as in "Ms.\\nHall"."""
    if not last.endswith(".") or len(last) > _WIDEST_WRAPPED_CHARS:
        return False
    tail = last[-_WRAPPED_LINE_CHARS:]
    mark = Span(len(tail) - 1, len(tail))
    return not ends_sentence(f"{tail} {line[:_HEADING_CHARS]}", 0, mark, len(tail) + 1, False)


def _pieces(text: str, block: Span) -> Iterator[Span]:
    """Yield the sentences of one block, not trimmed."""
    invisible = _INVISIBLE_START.match(text, block.start, block.end)
    start = invisible.end() if invisible else block.start
    marker = _OPENING_MARKER.match(text, start, block.end)
    if marker:
        start = marker.end()
    number = int(marker.group(1)) if marker and marker.group(1) else 0
    small = text[start : block.end].islower()
    for item in _items(text[start : block.end], number):
        prose = text[start + item.start : start + item.end]
        for sentence in _split_prose(prose, small):
            offset = start + item.start
            yield Span(offset + sentence.start, offset + sentence.end)


def _items(text: str, number: int) -> Iterator[Span]:
    """Cut a block at inline bullets and numbers. `number` is that of the block's own marker."""
    breaks = [*_bullets(text), *_numbers(text, number)]
    start = 0
    for end, following in sorted(breaks):
        yield Span(start, end)
        start = following
    yield Span(start, len(text))


def _bullets(text: str) -> Iterator[tuple[int, int]]:
    for bullet in _INLINE_BULLET.finditer(text):
        yield bullet.span()


def _numbers(text: str, number: int) -> list[tuple[int, int]]:
    """Return the places of consecutive numbers. A single one is no list: "grew to 1. The"."""
    if f"{number + 2}" not in text and not number:
        return []
    places: list[tuple[int, int]] = []
    expected = number + 1
    for match in _INLINE_NUMBER.finditer(text):
        if int(match[1]) == expected:
            places.append((match.start(), match.start()))
            expected += 1
    return places if number or len(places) > 1 else []


def _split_prose(text: str, small: bool) -> Iterator[Span]:
    """Yield the sentences of a text without lists. `small` says that it is typed without
    capitals."""
    start = len(text) - len(text.lstrip())
    wholes = _WHOLE.finditer(text)
    whole = next(wholes, None)
    for match in _STOP.finditer(text, start):
        following = match.end()
        end = following if match["close"] is None else match.end("close")
        while whole and whole.end() < end:
            whole = next(wholes, None)
        if whole and whole.start() < match.start() and end < whole.end():
            continue
        mark = Span(match.start(), end)
        if match["close"] is None or ends_sentence(text, start, mark, following, small):
            yield Span(start, following)
            start = following
    if start < len(text):
        yield Span(start, len(text))


def _trim(text: str, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end and (text[start].isspace() or text[start] in _INVISIBLE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _INVISIBLE):
        end -= 1
    return Span(start, end) if end > start else None
