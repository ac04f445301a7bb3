"""Choice of the blocks of a page that are its article; each other block gets a reason."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from index.articles.web import boilerplate
from index.articles.web import boilerplate_phrases as reasons
from index.articles.web.article_region import Region
from index.articles.web.page_blocks import Box, Outline, PageBlock
from index.models import BlockKind

_PROSE = 80  # characters of a block that has a sentence
_ENDS = re.compile(r"[.!?。！？…][\"'”’»)\]]*(?:\s|$)")
_WHOLE_KINDS = frozenset({BlockKind.TABLE_ROW, BlockKind.CAPTION})
_NEVER_PARTS = frozenset(
    {"p", "body", "html", "main", "article", "span", "h1", "h2", "h3", "table"}
)
_NEVER_COMMENTS = frozenset({"p", "body", "html", "li", "main", "span"})
_SHORT_ARTICLE = 500
_SURE = 0.6  # share of a page's prose; with less in the article, the rest may be the article
_SMALL_PART, _LARGE_PART = 0.25, 0.8  # shares of a page's prose
_AGREED = 0.3  # share of the chosen prose that needs votes
Vote = Callable[[Sequence[str]], Sequence[bool]]
_REPEATABLE = frozenset({BlockKind.TABLE_ROW, BlockKind.LIST_ITEM})
_GROUPS = frozenset(
    "div section ul ol dl aside form fieldset header footer table tbody tr td nav menu center"
    " figure details article p li".split()
)


def select(outline: Outline, title: str, vote: Vote) -> None:
    """Give a reason to each block that is not part of the article. `vote` is asked if the page has
    several parts with much text."""
    _mark_comments(outline)
    _mark_reference_lists(outline)
    _mark_footers(outline)
    shown = title_block(outline, title)
    _mark_parts(outline, shown)
    chosen = _numbers(Region(outline, shown).ranges())
    if _is_doubtful(outline, chosen):
        chosen = _with_votes(outline, chosen, vote)
    _mark_outside(outline, chosen)
    _mark_before_title(outline, title)
    _mark_parts_under_headings(outline)
    _mark_by_text(outline)
    _mark_repeated(outline)
    _mark_teasers(outline)
    _mark_link_groups(outline)
    _mark_tail(outline)
    _mark_ends(outline)
    _restore(outline)


def _restore(outline: Outline) -> None:
    """Take back what was left out as links if nothing else is on the page."""
    if any(not block.reason for block in outline.blocks):
        return
    for reason in (reasons.LINKS, reasons.OUTSIDE, reasons.NAVIGATION):
        found = [block for block in outline.blocks if block.reason == reason]
        for block in found:
            block.reason = ""
        if found:
            return


def _numbers(ranges: Sequence[tuple[int, int]]) -> set[int]:
    return {number for start, end in ranges for number in range(start, end)}


def _is_doubtful(outline: Outline, chosen: set[int]) -> bool:
    """Return whether much of the page's prose, or of its text, is outside the chosen blocks."""
    found = _prose(outline, chosen)
    if found < _SURE * _prose(outline, set(range(len(outline.blocks)))):
        return True
    beside = sum(
        len(block.text)
        for number, block in enumerate(outline.blocks)
        if number not in chosen and not block.reason
    )
    return found < min(_SHORT_ARTICLE, beside)


def _prose(outline: Outline, numbers: set[int]) -> int:
    blocks = (outline.blocks[number] for number in numbers)
    return sum(len(block.text) for block in blocks if not block.reason and is_prose(block))


def _with_votes(outline: Outline, chosen: set[int], vote: Vote) -> set[int]:
    """Return the chosen blocks and those with a vote; only these if few of the chosen have one."""
    votes = vote([block.text for block in outline.blocks])
    voted = {number for number, has_vote in enumerate(votes) if has_vote}
    if not voted:
        return chosen
    agreed = _prose(outline, chosen & voted)
    return voted if agreed < _AGREED * _prose(outline, chosen) or not agreed else chosen | voted


def title_block(outline: Outline, title: str) -> PageBlock | None:
    """Return the block of the page that shows its title, best a heading."""
    same = [block for block in outline.blocks if not block.reason and _same(block.text, title)]
    headings = [block for block in same if block.kind is BlockKind.HEADING]
    return next(iter([*headings, *same]), None)


def is_prose(block: PageBlock) -> bool:
    """Return whether a block has at least one whole sentence that is not a link."""
    return (
        len(block.text) >= _PROSE
        and block.link_density < 0.4
        and _ENDS.search(block.text) is not None
    )


def _inside(outline: Outline, box: Box) -> Iterator[PageBlock]:
    return (block for block in outline.blocks[box.start : box.end] if not block.reason)


def _leave_out(blocks: Iterator[PageBlock], reason: str) -> None:
    for block in blocks:
        block.reason = block.reason or reason


def _mark_comments(outline: Outline) -> None:
    """Mark the boxes that are named comments, if sentences stand before them and they are not
    most of the page: the commentary of a match is named so too."""
    first = next((n for n, block in enumerate(outline.blocks) if is_prose(block)), None)
    if first is None:
        return
    found = [b for b in outline.boxes if b.start > first and _has_comments(outline, b)]
    single = {box.index for box in found if not boilerplate.names_comments(box.hints)}
    if len(single) == 1:
        found = [box for box in found if box.index not in single]
    inside = {n for box in found for n in range(box.start, box.end)}
    sizes = [len(b.text) if is_prose(b) and not b.reason else 0 for b in outline.blocks]
    outside = sum(size for n, size in enumerate(sizes) if n not in inside)
    if outside >= min(_SHORT_ARTICLE, sum(sizes) / 5):
        for box in found:
            _leave_out(_inside(outline, box), reasons.COMMENTS)


def _has_comments(outline: Outline, box: Box) -> bool:
    return (
        box.name not in _NEVER_COMMENTS
        and (boilerplate.names_comments(box.hints) or boilerplate.names_one_comment(box.hints))
        and not any(block.level == 1 for block in _inside(outline, box))
    )


def _mark_reference_lists(outline: Outline) -> None:
    for box in outline.boxes:
        names = box.hints.split()
        if box.name in ("ol", "ul", "div", "section") and boilerplate.names_references(box.hints):
            _leave_out(_inside(outline, box), reasons.REFERENCES)
        elif box.name == "table" and "infobox" in names:
            _leave_out(_inside(outline, box), reasons.INFOBOX)
        elif "navbox" in names or "catlinks" in names:
            _leave_out(_inside(outline, box), reasons.NAVIGATION)


def _mark_footers(outline: Outline) -> None:
    """Mark footers, but not those of quotes. A footer of the article may hold a correction."""
    for box in outline.boxes:
        around = {outer.name for outer in outline.ancestors(box.parent)}
        if box.name == "footer" and not around & {"blockquote", "figure"}:
            own = bool(around & {"article", "main"})
            inside = [b for b in _inside(outline, box) if not (own and is_prose(b))]
            _leave_out(iter(inside), reasons.FOOTER)


def _mark_outside(outline: Outline, chosen: set[int]) -> None:
    for number, block in enumerate(outline.blocks):
        if number not in chosen:
            block.reason = block.reason or reasons.OUTSIDE


def _same(text: str, title: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return bool(words) and words == re.findall(r"\w+", title.lower())


def _mark_before_title(outline: Outline, title: str) -> None:
    """Mark the title itself, which the metadata have, and what stands before it."""
    kept = [n for n, block in enumerate(outline.blocks) if not block.reason]
    prose = [n for n in kept if is_prose(outline.blocks[n])]
    first = prose[0] if prose else 0
    found = [
        n for n in kept
        if n <= first and _same(outline.blocks[n].text, title)
    ]  # fmt: skip
    for n in found:
        outline.blocks[n].reason = "title"
    if found:
        _leave_out(iter(outline.blocks[: found[-1]]), reasons.OUTSIDE)


def _mark_by_text(outline: Outline) -> None:
    for block in outline.blocks:
        if block.reason or block.kind in _WHOLE_KINDS:
            continue
        block.reason = boilerplate.reason_by_text(block.text)
        if block.link_density > 0.9 and block.text.isupper() and len(block.text) > 20:
            block.reason = reasons.LINKS
        if not block.reason and block.link_density > 0.7 and boilerplate.lists_tags(block.text):
            block.reason = reasons.LINKS


def _mark_link_groups(outline: Outline) -> None:
    """Mark groups of links, from the outermost: lists of other stories, tags, menus. A list of
    links between paragraphs stays if its items say more than the links."""
    last = max(
        (n for n, block in enumerate(outline.blocks) if not block.reason and is_prose(block)),
        default=0,
    )
    for box in outline.boxes:
        if box.name not in _GROUPS:
            continue
        blocks = list(_inside(outline, box))
        if not blocks or any(is_prose(block) for block in blocks):
            continue
        chars = sum(len(block.text) for block in blocks)
        linked = sum(min(block.linked, len(block.text)) for block in blocks)
        hinted = boilerplate.names_boilerplate(box.hints)
        if hinted and not _has_sentence(blocks):
            _leave_out(iter(blocks), reasons.LINKS)
        elif linked > (0.3 if hinted else 0.6) * chars and (chars - linked) / len(blocks) < 25:
            if box.name in ("ul", "ol", "li", "p") and box.start < last and not hinted:
                continue
            if box.name == "p" and len(blocks[0].text.split()) < 4:
                continue
            _leave_out(iter(blocks), reasons.LINKS)


def _mark_teasers(outline: Outline) -> None:
    """Mark boxes beside the text that lead to another story: a linked heading and a few words."""
    for box in outline.boxes:
        if box.name == "aside":
            inside = list(_inside(outline, box))
            headings = [b for b in inside if b.kind is BlockKind.HEADING]
            if headings and all(b.link_density > 0.8 for b in headings):
                _leave_out(iter(inside), reasons.LINKS)


def _mark_parts(outline: Outline, title: PageBlock | None) -> None:
    """Mark boxes whose class or id is the name of a part beside the article, if they have little
    of the prose; more is allowed in a column beside the title."""
    total = sum(len(b.text) for b in outline.blocks if not b.reason and is_prose(b))
    for box in outline.boxes:
        if box.name in _NEVER_PARTS:
            continue
        beside = box.name == "aside" or boilerplate.names_sidebar(box.hints)
        if not beside and not boilerplate.names_part(box.hints):
            continue
        if beside and _is_in_article(outline, box):
            continue
        inside = list(_inside(outline, box))
        if any(block is title or block.level == 1 for block in inside):
            continue
        prose = sum(len(block.text) for block in inside if is_prose(block))
        if prose <= (_LARGE_PART if title and beside else _SMALL_PART) * total:
            _leave_out(iter(inside), reasons.OUTSIDE)


def _is_in_article(outline: Outline, box: Box) -> bool:
    return any(outer.name == "article" for outer in outline.ancestors(box.parent))


def _mark_repeated(outline: Outline) -> None:
    """Mark texts that stand in another part of the page too, such as the caption of an enlarged
    picture. Neighbours that repeat each other are verses."""
    seen: dict[str, int] = {}
    for block in outline.blocks:
        if block.reason or len(block.text) < 25 or block.kind in _REPEATABLE:
            continue
        parent = outline.boxes[block.box].parent
        pictured = block.kind is BlockKind.CAPTION or any(
            boilerplate.names_picture(box.hints) for box in list(outline.ancestors(block.box))[:3]
        )
        if seen.setdefault(block.text, parent) != parent and pictured:
            block.reason = "repeated text"


def _has_sentence(blocks: Sequence[PageBlock]) -> bool:
    return any(_ENDS.search(block.text) for block in blocks)


def _mark_parts_under_headings(outline: Outline) -> None:
    """Mark what follows a heading such as "Related stories" or "References"."""
    reason, level = "", 0
    for block in outline.blocks:
        if block.reason:
            continue
        if block.kind is BlockKind.HEADING:
            opened = boilerplate.reason_by_heading(block.text)
            if opened or (reason and block.level <= level):
                reason, level = opened, block.level
        if reason == reasons.LINKS and is_prose(block):
            reason = ""
        block.reason = reason


def _mark_tail(outline: Outline) -> None:
    """Mark short texts after the last paragraph that stand in another box than the prose."""
    blocks = outline.blocks
    prose = [n for n, block in enumerate(blocks) if not block.reason and is_prose(block)]
    sizes: Counter[int] = Counter()
    for n in prose:
        sizes[outline.boxes[blocks[n].box].parent] += len(blocks[n].text)
    if not sizes:
        return
    main = outline.boxes[max(sizes.most_common(1)[0][0], 0)]
    for block in blocks[max(prose[-1] + 1, main.end) :]:
        if not block.reason and block.kind not in _REPEATABLE:
            block.reason = reasons.OUTSIDE


def _mark_ends(outline: Outline) -> None:
    """Mark headings and links at the end of the article, and headings without content."""
    following: PageBlock | None = None
    for block in reversed(outline.blocks):
        if block.reason:
            continue
        loose = block.kind is BlockKind.HEADING or block.link_density > 0.6
        if following is None and loose:
            block.reason = reasons.LINKS
        else:
            following = block
