"""Examples from written pairs of articles: as they are, with other names, and broken on purpose."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from benchmarks.disagreements.pairs import Pair, PairKind
from bot.answering.disagreement.amounts import stated_amount
from bot.answering.disagreement.pair_inputs import Side
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from index.models import Span
from index.text.quantities import read_quantities
from index.text.sentences import split_sentences
from index.text.words import read_words
from training.judge.typing_noise import sometimes_typed
from training.sameness.examples import UNKNOWN, Example
from training.sameness.names import NameMaker

_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]{3,}\b")
_COMMON = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June "
    "July August September October November December Since According".split()
)


def original(pairs: Iterable[Pair]) -> Iterator[Example]:
    """Yield the pairs as they are written."""
    for pair in pairs:
        label = int(pair.kind is not PairKind.ALIKE)
        replaces = int(pair.kind is PairKind.SUPERSEDED) if label else UNKNOWN
        status = answer_kind(pair.question) is AnswerKind.YES_NO
        older = _side(pair.older, pair.old, status)
        newer = _side(pair.newer, pair.new, status)
        if older is not None and newer is not None:
            source = f"taught: {pair.kind.value}"
            yield Example(source, pair.question, older, newer, label, replaces)


def varied(pairs: Sequence[Pair], turn: int) -> Iterator[Example]:
    """Yield each pair in a variant that states the same, and pairs that are broken on purpose: the
    newer sentence names another subject, or is of another pair."""
    chance = random.Random(f"taught-{turn}")
    names = NameMaker(chance)
    read = list(original(pairs))
    for each in read:
        variant = _renamed(each, names, chance) if chance.random() < 0.7 else each
        if chance.random() < 0.4:
            variant = variant.swapped()
        yield _varied(variant, chance)
        if chance.random() < 0.35 and (broken := _of_another_subject(each, names, chance)):
            yield _varied(broken, chance)
        if chance.random() < 0.1:
            other = chance.choice(read)
            if other is not each:
                yield Example("taught: other pair", each.question, each.older, other.newer, 0)
        if chance.random() < 0.12 and each.older.value is not None:
            side = chance.choice((each.older, each.newer))
            again = side._replace(title="", text=side.text)
            yield _varied(Example("taught: itself", each.question, side, again, 1, 0), chance)


def _varied(example: Example, chance: random.Random) -> Example:
    sides = [
        side._replace(title="") if chance.random() < 0.15 else side
        for side in (example.older, example.newer)
    ]
    question = sometimes_typed(example.question, chance)
    return Example(example.source, question, sides[0], sides[1], example.same, example.replaces)


def _side(article: dict[str, Any], value: str, status: bool) -> Side | None:
    text = article["text"]
    for sentence in split_sentences(text):
        at = text.find(value, sentence.start, sentence.end)
        if at >= 0:
            whole = text[sentence.start : sentence.end]
            span = Span(at - sentence.start, at - sentence.start + len(value))
            return Side(article["title"], whole, None if status else _as_read(whole, span))
    return None


def _as_read(text: str, span: Span) -> Span:
    """Narrow the span of a number to what is read of it: "84 turbines" is the number 84."""
    amount = stated_amount(text, span, read_quantities(text, read_words(text)))
    return span if amount is None else amount.span


def _renamed(example: Example, names: NameMaker, chance: random.Random) -> Example:
    """Replace the names of a pair by others, the same in all of its texts."""
    found = sorted(_names(example))
    new = {name: names.word() for name in found if chance.random() < 0.8}
    return Example(
        example.source,
        _replaced(example.question, new),
        _side_with(example.older, new),
        _side_with(example.newer, new),
        example.same,
        example.replaces,
    )


def _of_another_subject(
    example: Example, names: NameMaker, chance: random.Random
) -> Example | None:
    """Give the subject of one sentence another name, if the question and the sentence name it."""
    if not example.same:
        return None
    sides = [example.older, example.newer]
    place = chance.randrange(2)
    outside = _text_outside(sides[place])
    asked = example.question.casefold()
    shared = [n for n in sorted(_names(example)) if n.casefold() in asked and n in outside]
    if not shared:
        return None
    sides[place] = _side_with(sides[place], {chance.choice(shared): names.word()})
    return Example("taught: other subject", example.question, sides[0], sides[1], 0)


def _text_outside(side: Side) -> str:
    if side.value is None:
        return side.text
    return f"{side.text[: side.value.start]} {side.text[side.value.end :]}"


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)


def _replaced(text: str, new: dict[str, str]) -> str:
    for name, other in new.items():
        text = _pattern(name).sub(other, text)
    return text


def _side_with(side: Side, new: dict[str, str]) -> Side:
    title = _replaced(side.title, new)
    if side.value is None:
        return Side(title, _replaced(side.text, new), None)
    before = _replaced(side.text[: side.value.start], new)
    value = side.text[side.value.start : side.value.end]
    after = _replaced(side.text[side.value.end :], new)
    return Side(title, before + value + after, Span(len(before), len(before) + len(value)))


def _names(example: Example) -> set[str]:
    """Return the words that are names: with a capital within a sentence."""
    texts = (example.question, example.older.text, example.newer.text)
    return {name for text in texts for name in _NAME.findall(text)} - _COMMON
