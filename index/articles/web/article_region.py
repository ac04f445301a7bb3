"""The part of a page that holds its article, found by where its sentences are.

The method is Readability's: each paragraph gives points to the boxes around it, fewer with the
distance; the box with the most points and few links holds the article.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from index.articles.web.page_blocks import Box, Outline, PageBlock
from index.models import BlockKind

_SHORTEST_PARAGRAPH = 25
_MOST_COMMAS = 12  # a list of names is no better than a paragraph
_TITLE = 4.0  # points of the box around the title, half for the next one
_LINKED = 0.3  # share of links in a box that is not text
_BESIDE_TITLE = 140
_LEVELS = 5  # boxes around a paragraph that get points of it
_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})
_COMMAS = str.maketrans("，、。،；;", ",,,,,,")
_BASE = {
    **dict.fromkeys(("article", "main"), 10.0),
    **dict.fromkeys(("div", "section"), 5.0),
    **dict.fromkeys(("pre", "td", "blockquote"), 3.0),
    **dict.fromkeys(("address", "ol", "ul", "dl", "dd", "dt", "li", "form", "aside"), -3.0),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "th", "header", "footer"), -5.0),
}

_GOOD_HINT = re.compile(
    r"(?:^|[\s_-])(?:article\w*|story\w*|body|body\w*|content|entry|post|text|blog|main|page)(?:$|[\s_-])"
)
_BAD_HINT = re.compile(
    r"(?:^|[\s_-])(?:images?|img\w*|captions?|photos?|gallery|media|video|related|comments?|footer|sidebar|"
    r"promo|widget|teaser|banner|masthead|sponsor\w*|outbrain|tags|share|social|hidden|legal)(?:$|[\s_-])"
)


class Region:
    """Finder of the region, with the sums that it needs."""

    def __init__(self, outline: Outline, title: PageBlock | None = None) -> None:
        self._outline = outline
        self._title = title
        blocks = outline.blocks
        counted = [0 if block.reason else len(block.text) for block in blocks]
        linked = [0 if block.reason else min(block.linked, len(block.text)) for block in blocks]
        self._chars = [0, *accumulate(counted)]
        self._links = [0, *accumulate(linked)]
        self._children: dict[int, list[int]] = defaultdict(list)
        for box in outline.boxes:
            self._children[box.parent].append(box.index)

    def chars(self, box: Box) -> int:
        """Return the length of the text in a box."""
        return self._chars[box.end] - self._chars[box.start]

    def link_density(self, box: Box) -> float:
        """Return the share of a box's text that is in links."""
        chars = self.chars(box)
        return (self._links[box.end] - self._links[box.start]) / chars if chars else 0.0

    def ranges(self) -> list[tuple[int, int]]:
        """Return the ranges of blocks that hold the article, in order."""
        scores = self._scores()
        if not scores:
            return [(0, len(self._outline.blocks))]
        top = self._top(scores)
        ranges = list(self._with_siblings(top, scores))
        return sorted({*ranges, *self._continued(ranges)})

    def _continued(self, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the ranges of boxes elsewhere that are marked up as those with the paragraphs of
        the article: advertisements split an article into several boxes."""
        boxes = self._outline.boxes
        alike = {
            _signature(box)
            for start, end in ranges
            for block in self._outline.blocks[start:end]
            if _points(block) > 1
            for box in (boxes[block.box], boxes[boxes[block.box].parent])
            if box.hints.strip()
        }
        for box in boxes:
            if _signature(box) not in alike or self.link_density(box) >= _LINKED:
                continue
            if any(_points(block) > 1 for block in self._outline.blocks[box.start : box.end]):
                yield box.start, box.end

    def _scores(self) -> dict[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for block in self._outline.blocks:
            points = _points(block)
            if not points:
                continue
            for level, box in enumerate(self._around(block)):
                scores[box.index] += points / (1 if level == 0 else 2 if level == 1 else level * 3)
        boxes = self._outline.boxes
        for level, box in enumerate(self._around_title()):
            if box.index in scores:
                scores[box.index] += _TITLE / 2**level
        return {
            index: (score + _base(boxes[index])) * (1 - self.link_density(boxes[index]))
            for index, score in scores.items()
        }

    def _around_title(self) -> Iterator[Box]:
        """Yield the boxes around the title, from the first that holds text beside it."""
        if self._title:
            boxes = self._outline.ancestors(self._title.box)
            yield from [
                box for box in boxes if self.chars(box) > len(self._title.text) + _BESIDE_TITLE
            ][:3]

    def _around(self, block: PageBlock) -> Iterator[Box]:
        """Yield the boxes that get points of a block: not the one that is the paragraph itself."""
        boxes = list(self._outline.ancestors(block.box))
        leaf = not self._children[block.box] and len(boxes) > 1
        yield from boxes[leaf : _LEVELS + leaf]

    def _top(self, scores: dict[int, float]) -> Box:
        boxes = self._outline.boxes
        best = sorted(scores, key=scores.__getitem__, reverse=True)[:5]
        top = boxes[best[0]]
        top = self._shared_ancestor(top, best, scores) or top
        top = self._rising(top, scores)
        while top.parent > 0 and len(self._children[top.parent]) == 1:
            top = boxes[top.parent]
        return top

    def _shared_ancestor(
        self, top: Box, best: Sequence[int], scores: dict[int, float]
    ) -> Box | None:
        """Return the innermost box around the best one that holds three other good ones too."""
        outline = self._outline
        good = [index for index in best[1:] if scores[index] >= 0.75 * scores[best[0]]]
        around = [{box.index for box in outline.ancestors(outline.boxes[i].parent)} for i in good]
        if len(good) < 3:
            return None
        for box in outline.ancestors(top.parent):
            if box.parent >= 0 and sum(box.index in inside for inside in around) >= 3:
                return box
        return None

    def _rising(self, top: Box, scores: dict[int, float]) -> Box:
        """Climb while the boxes around have more points, which shows more text beside it."""
        last, least = scores.get(top.index, 0.0), scores.get(top.index, 0.0) / 3
        for box in self._outline.ancestors(top.parent):
            if box.parent < 0 or box.index not in scores:
                continue
            if scores[box.index] < least:
                break
            if scores[box.index] > last:
                return box
            last = scores[box.index]
        return top

    def _with_siblings(self, top: Box, scores: dict[int, float]) -> Iterator[tuple[int, int]]:
        """Yield the range of a box and those of the boxes beside it that look like text too."""
        if top.parent < 0:
            yield top.start, top.end
            return
        threshold = max(10.0, scores.get(top.index, 0.0) * 0.2)
        for index in self._children[top.parent]:
            box = self._outline.boxes[index]
            alike = bool(top.hints.strip()) and box.hints == top.hints
            bonus = scores.get(top.index, 0.0) * 0.2 if alike else 0.0
            if box is top or scores.get(index, 0.0) + bonus >= threshold or self._is_text(box):
                yield box.start, box.end

    def _is_text(self, box: Box) -> bool:
        if box.name != "p":
            return False
        chars, density = self.chars(box), self.link_density(box)
        return (chars > 80 and density < 0.25) or (0 < chars < 80 and density == 0)


def _base(box: Box) -> float:
    """Return the points of a box for its name, and a few for its class."""
    hints = 5.0 * bool(_GOOD_HINT.search(box.hints)) - 5.0 * bool(_BAD_HINT.search(box.hints))
    return _BASE.get(box.name, 0.0) + hints


def _signature(box: Box) -> tuple[str, str]:
    """Return the name and the first class of a box, without numbers such as those of parts."""
    first = box.hints.split(" ", 1)[0]
    return box.name, "".join(char for char in first if not char.isdigit())


def _points(block: PageBlock) -> float:
    if block.reason or block.kind not in _TEXT or len(block.text) < _SHORTEST_PARAGRAPH:
        return 0.0
    commas = block.text.translate(_COMMAS).count(",")
    return 1 + min(commas, _MOST_COMMAS) + min(len(block.text) // 100, 3)
