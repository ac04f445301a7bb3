"""Linear models over the wording of a message: its words, the endings of its words, and their
neighbours.

A sentence vector blurs what these models read: the plural of a noun, a comma, the place of a
word. training/train_shapes.py fits them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

SHAPES_FILE = "shapes.json"
_TOKEN = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*|[^\w\s]")
_EDGE = "^"
_SHORTEST = 4  # letters of a word whose ending says something
_ENDINGS = (1, 2, 3)
_AROUND = 3  # tokens on each side of a boundary
_AHEAD = 8  # tokens after a boundary that are read in any order


class Token(NamedTuple):
    """A word or a punctuation mark of a message."""

    text: str
    start: int
    end: int


class WordingModel(BaseModel):
    """Multinomial logistic regression over features that are present or absent. `weights` has one
    number a class for each feature."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def probabilities(self, features: Iterable[str]) -> NDArray[np.float64]:
        """Compute the probability of each class, shape (classes,)."""
        # Looked up one by one: a table of all weights took longer to build than a question reads.
        weights = [self.weights[each] for each in set(features) if each in self.weights]
        odds = np.array(self.bias) + np.array(weights).reshape(-1, len(self.classes)).sum(axis=0)
        exponents = np.exp(odds - odds.max())
        found: NDArray[np.float64] = exponents / exponents.sum()
        return found


class ShapeModels(BaseModel):
    """Contents of the weights file: the models of the shape of a question, of sentences that state
    a comparison, and of where the next question of a message begins: where its probability exceeds
    `begins`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: WordingModel
    statements: WordingModel
    boundaries: WordingModel
    begins: float
    training: dict[str, Any]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Load the weights of the package."""
        path = files("bot.answering").joinpath("model", SHAPES_FILE)
        return cls.model_validate_json(path.read_bytes())


def tokens_of(text: str) -> list[Token]:
    """Split a text into words and punctuation marks."""
    return [Token(match[0], *match.span()) for match in _TOKEN.finditer(text)]


def shape_features(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the features of a whole question: its words and endings, alone and in pairs."""
    words = [_EDGE, *(_lower(token) for token in tokens), _EDGE]
    for place, word in enumerate(words):
        yield from _forms(word)
        for distance in (1, 2):
            for form in _forms(words[place + distance]) if place + distance < len(words) else ():
                yield f"{word} {'_ ' * (distance - 1)}{form}"
        yield " ".join(words[place : place + 3])
    yield f"opens {' '.join(words[1:3])}"


def boundary_features(tokens: Sequence[Token], place: int) -> Iterator[str]:
    """Yield the features of the place before a token: its neighbours by distance, and the words and
    the length of both sides."""
    near = {
        offset: _lower(tokens[place + offset]) if 0 <= place + offset < len(tokens) else _EDGE
        for offset in range(-_AROUND, _AROUND + 1)
    }
    for offset, word in near.items():
        for form in _forms(word):
            yield f"{offset} {form}"
    for one, other in ((-2, -1), (-1, 0), (0, 1), (1, 2), (-1, 1)):
        yield f"{one}{other} {near[one]} {near[other]}"
    yield f"-101 {near[-1]} {near[0]} {near[1]}"
    yield f"first {_lower(tokens[0])} {near[0]}"
    yield from (f"left {_lower(token)}" for token in tokens[:place])
    yield from (f"right {_lower(token)}" for token in tokens[place : place + _AHEAD])
    yield f"before {min(place, 4)}"
    yield f"after {min(len(tokens) - place, 6)}"


def _lower(token: Token) -> str:
    return token.text.lower().replace("’", "'")


def _forms(word: str) -> Iterator[str]:
    yield word
    if len(word) >= _SHORTEST:
        yield from (f"~{word[-length:]}" for length in _ENDINGS)
    if word[0].isdigit():
        yield "~0"
