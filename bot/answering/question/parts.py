"""The questions of a message with several: "Who runs it? And since when?".

A model of the wording labels each word: it begins a question, it only joins two, or neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from bot.answering.question.wording_model import (
    ShapeModels,
    Token,
    boundary_features,
    tokens_of,
)

_MOST = 3
_READ_TOKENS = 400
_MARKS = ("?", "!", ".")


class Label(StrEnum):
    """Place of a word in a message with several questions."""

    INSIDE = "inside"
    JOINS = "joins"
    BEGINS = "begins"


def questions_in(message: str, models: ShapeModels | None = None) -> tuple[str, ...]:
    """Split a message into at most three questions; a message with one question has one part. The
    given models decide, or those of the package."""
    text = " ".join(message.split())
    tokens = tokens_of(text)[:_READ_TOKENS]
    cuts = list(_cuts(tokens, _labels(tokens, models or ShapeModels.load())))[: _MOST - 1]
    starts = [0, *(start for _, start in cuts)]
    ends = [*(end for end, _ in cuts), len(text)]
    return tuple(text[start:end].strip() for start, end in zip(starts, ends, strict=True))


def _labels(tokens: Sequence[Token], models: ShapeModels) -> list[Label]:
    model = models.boundaries
    places = range(1, len(tokens))
    found = [model.probabilities(boundary_features(tokens, place)).tolist() for place in places]
    by_label = [dict(zip(model.classes, each, strict=True)) for each in found]
    return [Label.INSIDE, *(_label(each, models.begins) for each in by_label)]


def _label(found: Mapping[str, float], least: float) -> Label:
    if found[Label.BEGINS] > least:
        return Label.BEGINS
    return Label.JOINS if found[Label.JOINS] > found[Label.INSIDE] else Label.INSIDE


def most_likely_beginning(message: str, models: ShapeModels) -> float:
    """Return the highest probability that a second question begins anywhere in a message."""
    tokens, place = tokens_of(message), models.boundaries.classes.index(Label.BEGINS)
    places = range(1, len(tokens))
    found = (models.boundaries.probabilities(boundary_features(tokens, i))[place] for i in places)
    return max(map(float, found), default=0.0)


def _cuts(tokens: Sequence[Token], labels: Sequence[Label]) -> Iterator[tuple[int, int]]:
    """Yield the end of each question and the start of the next one. The words that join them are
    in neither, but an "and" after a question mark belongs to the next one."""
    for place, label in enumerate(labels):
        if label is Label.BEGINS:
            last = place - 1
            while last > 0 and labels[last] is Label.JOINS:
                last -= 1
            first = last + 1 if tokens[last].text in _MARKS else place
            yield tokens[last].end, tokens[first].start
