"""Blocks of a text without markup, and the kind of each sentence.

Readers of formats with structure give the blocks of an article. For the others the shape of the
lines shows them: a short line above a paragraph is a heading, "HALDANE: We ..." is a speaker.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.models import Article, Block, BlockKind, Span
from index.text.corrections import with_withdrawn
from index.text.sentences import is_heading, line_blocks, opens_list_item, split_sentences

# These blocks are one piece of evidence each, however many full stops they have.
_WHOLE = frozenset({BlockKind.TABLE_ROW, BlockKind.HEADING, BlockKind.CAPTION, BlockKind.BYLINE})
_DATED = r"(?:\s*[,(–—-][^:\n]{0,60}?|\s+(?:\d|on |to )[^:\n]{0,50}?)?\s*[:–—]"
_CORRECTION = re.compile(
    rf"\W*(?:corrections?|clarifications?|corrected(?: version)?|correcting and replacing){_DATED}"
    r"|\W*corrects\b"
    r"|[^.\n]{0,80}\b(?:an?|the) (?:earlier|previous|original|prior) version of this "
    r"(?:news )?(?:article|story|report|post|headline|item|column|dispatch|newsletter|caption)\b"
    r"|[^.\n]{0,40}\bthis (?:story|article|report|post|headline|item) "
    r"(?:corrects|(?:has been|was|is) (?:updated|corrected|amended|revised))\b",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\W*(?:(?:editor|publisher|author)['’]?s?['’]? note|notes?|disclosure|disclaimer)\s*:",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"\W*(?:file )?(?:photos?|photographs?|images?|pictures?|captions?|illustrations?)"
    r"(?: (?:by|courtesy of) [^.\n]{1,80}$|(?: credit| caption)?: |/)",
    re.IGNORECASE,
)
# "MR. OKONJO (Corvane): ..." and "Maren Oduya, chief executive: ..." open a turn in a transcript.
_NAME = r"[^\W\d_a-zß-öø-ÿ][\w.'’-]*"
_SPEAKER = re.compile(
    rf"{_NAME}(?: (?:{_NAME}|de|der|den|van|von|bin|al)){{0,4}}"
    r"(?: ?\([^()\n]{1,60}\)|, [^:.\n]{1,60})?:\s+(?=\S)"
)
_CAPITALS = re.compile(r"[^\W\d_a-zß-öø-ÿ][^\W_a-zß-öø-ÿ.'’-]*(?:[ .'’-][^\Wa-zß-öø-ÿ]*){0,8}")
_ASKS = re.compile(r"\?[\"'”’)\]]*(?:\[\d{1,3}\]|[¹²³⁰⁴-⁹])*\s*$")
_PERSON = r"[^\W\d_a-zß-öø-ÿ][\w.'’-]*"
_BYLINE = re.compile(
    rf"(?:written )?by (?-i:{_PERSON})(?: (?:and |AND |& )?(?-i:{_PERSON}),?){{1,6}}"
    r"(?:[,|–—-] ?[^.:\n]{1,60})?$"
    r"|\(?(?:additional )?(?:reporting|editing|writing) by [^\n]{1,200}$",
    re.IGNORECASE,
)
_TOLD = (
    (_CORRECTION, BlockKind.CORRECTION),
    (_NOTE, BlockKind.NOTE),
    (_CAPTION, BlockKind.CAPTION),
    (_BYLINE, BlockKind.BYLINE),
)
# An answer that says nothing without the sentence after it.
_YES_OR_NO = re.compile(r"(?:[^:\n]{1,80}: )?(?:yes|no|yeah|nope|right|correct)[.!]", re.IGNORECASE)
_TURNS = 2  # labels of a transcript; one line with a colon is not a speaker


def blocks_of(article: Article) -> tuple[Block, ...]:
    """Return the blocks of an article: those that its reader gave, or those that its lines show.
    Markup says what a paragraph is, but seldom that it is a correction."""
    if not article.blocks:
        return tuple(find_blocks(article.text))
    return tuple(
        replace(block, kind=_told_kind(article.text[block.start : block.end]) or block.kind)
        if block.kind is BlockKind.PARAGRAPH
        else block
        for block in article.blocks
    )


def find_blocks(text: str) -> list[Block]:
    """Find the blocks of a text by its lines. Blocks are in order and do not overlap."""
    spans = [span for lines in line_blocks(text) if (span := _stripped(text, lines))]
    labels = [_SPEAKER.match(text, span.start, span.end) for span in spans]
    transcript = _is_transcript([label[0] for label in labels if label])
    return [
        Block(_kind(text, span, label is not None and transcript), span.start, span.end)
        for span, label in zip(spans, labels, strict=True)
    ]


def _stripped(text: str, lines: Span) -> Span | None:
    """Return the span without white space around its text; None if there is no text."""
    content = text[lines.start : lines.end]
    start = lines.start + len(content) - len(content.lstrip())
    end = lines.start + len(content.rstrip())
    return Span(start, end) if start < end else None


def _is_transcript(labels: Sequence[str]) -> bool:
    """Return whether the labels are speakers: in capitals, or each of several names again."""
    names = [label.partition(":")[0].partition(",")[0].partition(" (")[0] for label in labels]
    capitals = sum(_CAPITALS.fullmatch(name) is not None for name in names)
    return len(names) >= _TURNS and (capitals >= _TURNS or len(set(names)) < len(names))


def is_correction(block: str) -> bool:
    """Return whether the block opens as a correction note."""
    return _CORRECTION.match(block) is not None


def _kind(text: str, span: Span, speaks: bool) -> BlockKind:
    if told := _told_kind(text[span.start : span.end]):
        return told
    if speaks:
        return BlockKind.SPEAKER
    if opens_list_item(text, span):
        return BlockKind.LIST_ITEM
    return BlockKind.HEADING if is_heading(text, span) else BlockKind.PARAGRAPH


def _told_kind(block: str) -> BlockKind | None:
    """Return the kind that the block's first words tell, if they do."""
    for pattern, kind in _TOLD:
        if pattern.match(block):
            return kind
    return None


def sentences_in(text: str, blocks: Sequence[Block]) -> list[tuple[Span, BlockKind]]:
    """Split the blocks into sentences, in order, each with its kind. A sentence never crosses a
    block. A sentence that asks is a question in every kind of block. What a correction takes back
    is withdrawn."""
    found: list[tuple[Span, BlockKind]] = []
    for block in blocks:
        for span in _sentences(text, block):
            asks = _ASKS.search(text, span.start, span.end) and block.kind not in _WHOLE
            found.append((span, BlockKind.QUESTION if asks else block.kind))
    return with_withdrawn(text, found)


def _sentences(text: str, block: Block) -> Iterator[Span]:
    if block.kind in _WHOLE:
        yield Span(block.start, block.end)
        return
    opening: Span | None = None
    for found in split_sentences(text[block.start : block.end]):
        span = Span(block.start + found.start, block.start + found.end)
        if opening is None and _YES_OR_NO.fullmatch(text, span.start, span.end):
            opening = span
            continue
        yield replace(span, start=opening.start) if opening else span
        opening = None
    if opening:
        yield opening
