"""Kinds of blocks that a page shows by the text, not by the element."""

import re
from collections.abc import Sequence

from index.articles.web import boilerplate
from index.articles.web.page_blocks import Outline, PageBlock
from index.models import BlockKind
from index.text.blocks import is_correction

_LONGEST_HEADING = 120
_LONGEST_CAPTION = 400
_LONGEST_TIME = 40
_SHORT = 80
_NOTE = re.compile(
    r"\W*(?:editor['’]?s['’]? note|note to (?:editors|readers)|notes?|disclosure|footnotes?)"
    r"\s*[:—–]",
    re.I,
)
_NAME = r"(?:[^\W\d_][\w.'’-]*)"
_BYLINE = re.compile(
    rf"(?:\W*(?:by|written by|reported by|story by|posted by)\s*:?\s+{_NAME}.{{0,140}}"
    r"|\(?(?:additional )?(?:reporting|writing|editing|compiled)(?: and \w+)? by\b.{0,300}"
    r"|(?:updated?|published|posted|last updated|first published|last modified)\b.{0,60}\d.{0,60})",
    re.I | re.S,
)
_DATE_LINE = re.compile(
    r"(?:\w{3,9}day,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]{2,8}\.?,?\s+\d{4}|[A-Z][a-z]{2,8}\.?\s+\d{1,2},?\s+\d{4}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:[\s,|•·–—-]*(?:at\s+)?\d{1,2}[:.]\d\d.{0,40})?(?:\s*[|•·–—-].{0,60})?"
)
_LABEL = re.compile(r"[A-Z][\w.'’-]*(?:,? (?:\([^()]{1,60}\)|[\w.'’()&-]+)){0,7}:")
_CAPITALS = re.compile(r"[A-Z][A-Z.'’-]+(?: (?:[A-Z][A-Z.'’-]+|\([^()]{1,60}\))){0,5}:\s")
_TURNS = 2
_ASKS = re.compile(r"\?[\"'”’)\]]*$")
_PLAIN = frozenset({BlockKind.PARAGRAPH})


def refine(outline: Outline) -> None:
    """Set the kinds of captions, corrections, notes, bylines, headings in bold, questions and
    speakers."""
    blocks = [block for block in outline.blocks if not block.reason]
    for block in blocks:
        _mark_caption(outline, block)
    first = next((n for n, block in enumerate(blocks) if len(block.text) > 140), len(blocks))
    for number, block in enumerate(blocks):
        block.kind = _kind(block, at_head=number < first)
        if block.timed and block.kind is BlockKind.PARAGRAPH and len(block.text) < _LONGEST_TIME:
            block.kind = BlockKind.BYLINE if number < first else BlockKind.HEADING
        if number < first and _names_author(outline, block):
            block.kind = BlockKind.BYLINE
    _mark_speakers(blocks)


def _mark_caption(outline: Outline, block: PageBlock) -> None:
    """Mark what stands under a picture: a class names it, or it is a short text in a figure."""
    if block.kind is not BlockKind.PARAGRAPH or len(block.text) > _LONGEST_CAPTION:
        return
    boxes = list(outline.ancestors(block.box))[:3]
    named = any(boilerplate.names_caption(box.hints) for box in boxes[:2])
    pictured = any(box.name == "figure" for box in boxes) and len(block.text) < _SHORT
    if named or (pictured and block.text[:1] not in '"“‘«'):
        block.kind = BlockKind.CAPTION


def _names_author(outline: Outline, block: PageBlock) -> bool:
    boxes = list(outline.ancestors(block.box))[:2]
    return (
        block.kind is BlockKind.PARAGRAPH
        and len(block.text) < _SHORT
        and block.text[-1:] not in ".!?:"
        and any(boilerplate.names_byline(box.hints) for box in boxes)
    )


def _kind(block: PageBlock, *, at_head: bool) -> BlockKind:
    text, kind = block.text, block.kind
    if kind is BlockKind.HEADING:
        return BlockKind.QUESTION if _ASKS.search(text) else kind
    if kind not in _PLAIN:
        return kind
    if is_correction(text):
        return BlockKind.CORRECTION
    if block.note or _NOTE.match(text):
        return BlockKind.NOTE
    if _is_byline(text, at_head):
        return BlockKind.BYLINE
    if block.is_bold and len(text) <= _LONGEST_HEADING and text[-1:] not in '.!,;:”"':
        return BlockKind.QUESTION if _ASKS.search(text) else BlockKind.HEADING
    return kind


def _is_byline(text: str, at_head: bool) -> bool:
    if _DATE_LINE.fullmatch(text):
        return at_head
    found = _BYLINE.fullmatch(text)
    if found is None or len(re.findall(r"[.!?]\s+[A-Z]", text)) > 2:
        return False
    return at_head or "eporting by" in text or "diting by" in text or len(text) < 60


def _mark_speakers(blocks: Sequence[PageBlock]) -> None:
    """Mark the turns of a transcript: several blocks open with a name and a colon."""
    turns = [block for block in blocks if block.kind is BlockKind.PARAGRAPH and _speaks(block)]
    names = [block.text.partition(":")[0] for block in turns]
    capitals = sum(_CAPITALS.match(block.text) is not None for block in turns)
    if len(turns) >= _TURNS and (capitals >= _TURNS or len(set(names)) < len(names)):
        for block in turns:
            block.kind = BlockKind.SPEAKER


def _speaks(block: PageBlock) -> bool:
    label = _LABEL.match(block.text)
    return label is not None and (
        _CAPITALS.match(block.text) is not None
        or block.bold >= 0.8 * len(label[0].replace(" ", ""))
        or (len(label[0].split()) <= 4 and label[0].istitle())
    )
