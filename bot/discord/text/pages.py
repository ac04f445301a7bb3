"""Laying text out on pages, so that none is cut inside a link, an escape or a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.discord.text.escapes import at_line_start
from bot.discord.text.lengths import chop, length

CONTINUES = " … *(continues)*"
_BOLD = 4  # the length of what opens and closes bold text
_PARTS = re.compile(r" +|[^ ]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*$")


@dataclass(frozen=True, slots=True)
class Run:
    """Escaped text on one line, or markup of our own that holds no bold text."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Running text, every line after `prefix`, between lines that are never cut: `head` stays
    with its first words, `tail` with its last. Both must be far shorter than a page."""

    runs: tuple[Run, ...] = ()
    prefix: str = ""
    head: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """What stands between two spaces; a part of it may be bold. A piece of a longer one is glued
    to the piece before it."""

    runs: tuple[Run, ...]
    glued: bool = False


def paged(blocks: Sequence[Block], limit: int, gap: str = "\n\n") -> list[str]:
    """The blocks in order on as few pages as it takes, each at most `limit` long; a block is cut
    only where it is longer than a page."""
    pages: list[str] = []
    page = ""
    for block in blocks:
        for piece in _pieces(block, limit):
            if page and length(page) + len(gap) + length(piece) > limit:
                pages.append(page)
                page = ""
            page = f"{page}{gap}{piece}" if page else piece
    return [*pages, page] if page else pages


def _pieces(block: Block, limit: int) -> Iterator[str]:
    head = f"{block.head}\n" if block.head else ""
    tail = f"\n{block.tail}" if block.tail else ""
    # One for the backslash that the start of a line may need.
    room = limit - length(head + block.prefix + CONTINUES + tail) - 1
    texts = _split(_words(block.runs, room - _BOLD), room)
    if not texts and (lines := [line for line in (block.head, block.tail) if line]):
        yield "\n".join(lines)
    for number, text in enumerate(texts, start=1):
        opening = head if number == 1 else ""
        ending = tail if number == len(texts) else CONTINUES
        yield f"{opening}{block.prefix}{at_line_start(text)}{ending}"


def _words(runs: Sequence[Run], longest: int) -> list[_Word]:
    """The words in order, those longer than `longest` in pieces."""
    words: list[list[Run]] = [[]]
    for run in runs:
        for part in _PARTS.findall(run.text):
            if part[0] == " ":
                words.append([])
            else:
                words[-1].append(Run(part, run.bold))
    return [piece for word in words if word for piece in _chopped(word, longest)]


def _chopped(word: Sequence[Run], longest: int) -> list[_Word]:
    if sum(length(run.text) + _BOLD for run in word) <= longest:
        return [_Word(tuple(word))]
    pieces = [Run(text, run.bold) for run in word for text in chop(run.text, longest)]
    return [_Word((piece,), glued=bool(number)) for number, piece in enumerate(pieces)]


def _split(words: Sequence[_Word], room: int) -> list[str]:
    """The words in texts of at most `room`, ended after a sentence where one ends late enough."""
    texts: list[str] = []
    start = size = 0
    for number in range(len(words)):
        while number > start and size + _added(words, start, number) > room:
            end = _break(words, start, number)
            texts.append(_rendered(words[start:end]))
            start = end
            size = sum(_added(words, start, place) for place in range(start, number))
        size += _added(words, start, number)
    return [*texts, _rendered(words[start:])] if words else []


def _added(words: Sequence[_Word], start: int, place: int) -> int:
    """How much longer the word at `place` makes the text that begins at `start`: itself, a space
    before it, and the marks of bold text that it begins."""
    word, first = words[place], place == start
    size = 0 if first or word.glued else 1
    bold = not first and words[place - 1].runs[-1].bold
    for run in word.runs:
        size += length(run.text) + (_BOLD if run.bold and not bold else 0)
        bold = run.bold
    return size


def _break(words: Sequence[_Word], start: int, end: int) -> int:
    """Where to end a text that began at `start` and has no room for the word at `end`."""
    for place in range(end, start + (end - start) * 2 // 3, -1):
        if _SENTENCE_END.search(words[place - 1].runs[-1].text):
            return place
    return end


def _rendered(words: Sequence[_Word]) -> str:
    """The words with spaces between them; a space between two bold words is bold as well, since
    bold marks must not stand beside a space inside them."""
    flat: list[Run] = []
    for word in words:
        if flat and not word.glued:
            flat.append(Run(" ", flat[-1].bold and word.runs[0].bold))
        flat.extend(word.runs)
    texts = []
    for bold, runs in groupby(flat, key=lambda run: run.bold):
        text = "".join(run.text for run in runs)
        texts.append(f"**{text}**" if bold else text)
    return "".join(texts)
