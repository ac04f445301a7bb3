"""The lines that teach the wording of messages, and messages with several questions of these."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answering.question.parts import Label
from bot.answering.question.shape import QuestionShape
from bot.answering.question.wording_model import Token, tokens_of
from training.judge.sets import read_squad_shifts
from training.judge.typing_noise import sometimes_typed

SHAPES = Path(__file__).parent / "shapes"
STATEMENTS = Path(__file__).parent / "statements"
SEVERAL = "several"
_PLAIN = 4_000  # questions of SQuADShifts
_CHOOSING = 2_500
_PARTS = 20  # parts of these, which count as topics
_PLAIN_PAIRS = 4  # one pair is joined for so many of them
_LINE = re.compile(r"([a-z]+): (\S.*)")
_CUT = re.compile(r"\s*\|(?:\+([^|]*)\|)?\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A message or sentence of a topic, its kind, and its text with "|" between questions and
    "|+and|" around what joins them."""

    topic: str
    kind: str
    marked: str

    @property
    def text(self) -> str:
        """The message as typed."""
        return _CUT.sub(lambda cut: f" {cut[1].strip()} " if cut[1] else " ", self.marked)

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions of the message."""
        return tuple(" ".join(piece.split()).rstrip(",") for piece in _pieces(self.marked)[::2])


def read_lines(folder: Path) -> Iterator[Line]:
    """Read the lines of every topic. Raises ValueError if one has no kind."""
    for path in sorted(folder.glob("*.txt")):
        for text in path.read_text("utf-8").splitlines():
            found = _LINE.fullmatch(text)
            if found is None:
                raise ValueError(f"{path.name}: {text!r} has no kind")
            yield Line(path.stem, found[1], found[2])


def plain_lines(shared: Path, chance: random.Random) -> tuple[list[Line], list[Line]]:
    """Sample questions of SQuADShifts, some of them as people type: those that teach, and others
    that choose the threshold of a boundary."""
    asked = list(dict.fromkeys(each.question for each in read_squad_shifts(shared / "train")))
    texts = [sometimes_typed(text, chance) for text in chance.sample(asked, _PLAIN + _CHOOSING)]
    lines = [
        Line(f"shifts-{place % _PARTS}", QuestionShape.SINGLE, text.replace("|", " "))
        for place, text in enumerate(texts)
    ]
    return lines[:_PLAIN], lines[_PLAIN:]


def joined(lines: Sequence[Line], chance: random.Random) -> Iterator[Line]:
    """Join the single questions of a topic as the messages with several join theirs."""
    cuts = [cut[0] for line in lines for cut in _CUT.finditer(line.marked)]
    by_topic = defaultdict[str, list[Line]](list)
    for line in lines:
        if line.kind != SEVERAL:
            by_topic[line.topic].append(line)
    for topic, ones in by_topic.items():
        plain = topic.startswith("shifts-")
        for _ in range(len(ones) // (_PLAIN_PAIRS if plain else 1)):
            first, second = chance.sample(ones, 2)
            cut = chance.choice((*cuts, "? | ", "? | "))
            yield Line(topic, SEVERAL, f"{first.marked.rstrip('?!. ')}{cut}{second.marked}")


def labelled(marked: str) -> tuple[list[Token], list[Label]]:
    """Return the tokens of a marked message, each with its label."""
    text, labels = "", list[Label]()
    for place, piece in enumerate(_pieces(marked)):
        new = len(tokens_of(piece))
        if place % 2:
            labels += [Label.JOINS] * new
        elif new:
            labels += [Label.BEGINS if labels else Label.INSIDE, *[Label.INSIDE] * (new - 1)]
        text = f"{text} {piece}".strip() if piece else text
    tokens = tokens_of(text)
    for place in range(1, len(tokens)):  # a comma before what joins belongs to it
        if labels[place] is not Label.INSIDE and tokens[place - 1].text == ",":
            labels[place - 1] = Label.JOINS
    return tokens, labels


def _pieces(marked: str) -> list[str]:
    """Split a marked message into questions and, between them, what joins them ("" for nothing)."""
    pieces, start = list[str](), 0
    for cut in _CUT.finditer(marked):
        pieces += [marked[start : cut.start()], (cut[1] or "").strip()]
        start = cut.end()
    return [*pieces, marked[start:]]
