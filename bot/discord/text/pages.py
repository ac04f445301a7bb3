"""Layout of text on pages that are never cut inside a link, an escape or a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.discord.text.escapes import at_line_start
from bot.discord.text.lengths import chop, length

CONTINUES = " … *(continues)*"
_BOLD = 4  # length of the marks that open and close bold text
_PARTS = re.compile(r" +|[^ ]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*$")


@dataclass(frozen=True, slots=True)
class Run:
    """Escaped text on one line, or trusted markup that contains no bold text."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Running text between two parts that are never cut. `prefix` starts every line of the text.
    `head` stays with its first words, `tail` with its last. Both must be far shorter than a
    page. `close` leaves no empty line between the block and the one before it."""

    runs: tuple[Run, ...] = ()
    prefix: str = ""
    head: str = ""
    tail: str = ""
    close: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """Text between two spaces, some of it possibly bold. A word that is too long is split; `glued`
    joins a piece to the one before it without a space."""

    runs: tuple[Run, ...]
    glued: bool = False


def paged(blocks: Sequence[Block], limit: int, gap: str = "\n\n") -> list[str]:
    """Lay out the blocks in order on as few pages as possible. A page has at most `limit` UTF-16
    units. A block is cut only if it is longer than a page."""
    pages: list[str] = []
    page = ""
    for block in blocks:
        between = "\n" if block.close else gap
        for piece in _pieces(block, limit):
            if page and length(page) + len(between) + length(piece) > limit:
                pages.append(page)
                page = ""
            page = f"{page}{between}{piece}" if page else piece
    return [*pages, page] if page else pages


def _pieces(block: Block, limit: int) -> Iterator[str]:
    head = f"{block.head}\n" if block.head else ""
    tail = f"\n{block.tail}" if block.tail else ""
    # The 1 is for the backslash that the start of a line may need.
    room = limit - length(head + block.prefix + CONTINUES + tail) - 1
    texts = _split(_words(block.runs, room - _BOLD), room)
    if not texts and (lines := [line for line in (block.head, block.tail) if line]):
        yield "\n".join(lines)
    for number, text in enumerate(texts, start=1):
        opening = head if number == 1 else ""
        ending = tail if number == len(texts) else CONTINUES
        yield f"{opening}{block.prefix}{at_line_start(text)}{ending}"


def _words(runs: Sequence[Run], longest: int) -> list[_Word]:
    """Split runs into words in order; split words longer than `longest` into pieces."""
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
    """Join the words into texts of at most `room` UTF-16 units. End a text after a sentence if one
    ends in its last third."""
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
    """Return the length that the word at `place` adds to a text that begins at `start`: the word, a
    space before it, and the bold marks that it opens."""
    word, first = words[place], place == start
    size = 0 if first or word.glued else 1
    bold = not first and words[place - 1].runs[-1].bold
    for run in word.runs:
        size += length(run.text) + (_BOLD if run.bold and not bold else 0)
        bold = run.bold
    return size


def _break(words: Sequence[_Word], start: int, end: int) -> int:
    """Return where to end a text that began at `start` and has no room for the word at `end`."""
    for place in range(end, start + (end - start) * 2 // 3, -1):
        if _SENTENCE_END.search(words[place - 1].runs[-1].text):
            return place
    return end


def _rendered(words: Sequence[_Word]) -> str:
    """Join the words with spaces. A space between two bold words is bold too, because bold marks
    must not stand beside a space inside them."""
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
