"""Input layout of the sameness model: a question and two sentences as tokens.

    [CLS] question [SEP] title [SEP] older sentence [SEP] title [SEP] newer sentence [SEP]

One marker token takes the place of a value, because what a sentence is about does not depend on its
value. A yes or no has no value: the sentence is read as a whole. Training and serving call the same
code. Token types are 1 for the sentences, else 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.answering.judge.inputs import Numbers, TextTokens
from index.models import Span

MAX_ASKED_TOKENS, MAX_TITLE_TOKENS, MAX_SENTENCE_TOKENS = 32, 14, 72
_BEFORE_VALUE = 48  # tokens of a long sentence that are kept before its value


class Side(NamedTuple):
    """A sentence with the title of its article. `value` is the position of its value, in code
    points; None for a yes or no."""

    title: str
    text: str
    value: Span | None


@dataclass(frozen=True, slots=True)
class PairLayout:
    """One input of the model. `averaging` has shape (4, tokens): it averages the tokens of the
    older and of the newer sentence, then those of their markers."""

    ids: Numbers
    types: Numbers
    averaging: NDArray[np.float32]


class PairEncoder:
    """Encoder of pairs of sentences into inputs of the model."""

    def __init__(
        self, tokens: Callable[[str], TextTokens], separator: tuple[int, int], marker: int
    ) -> None:
        """Take a function that tokenizes a text, the ids of [CLS] and [SEP], and the id of the
        marker."""
        self._tokens, (self._cls, self._sep), self._marker = tokens, separator, marker

    def layout(self, question: str, older: Side, newer: Side) -> PairLayout:
        """Lay out one input. Each part is cut at its limit."""
        ids = [self._cls, *self._tokens(question).ids[:MAX_ASKED_TOKENS], self._sep]
        sentences: list[tuple[int, int]] = []
        markers: list[tuple[int, int]] = []
        for side in (older, newer):
            ids += [*self._tokens(side.title).ids[:MAX_TITLE_TOKENS], self._sep]
            marked, place = self._marked(side)
            start = len(ids)
            ids += [*marked, self._sep]
            sentences.append((start, start + len(marked)))
            at = start + place
            markers.append((at, at + 1) if place >= 0 else sentences[-1])
        types = np.zeros(len(ids), np.int64)
        averaging = np.zeros((4, len(ids)), np.float32)
        for row, (first, end) in enumerate((*sentences, *markers)):
            averaging[row, first:end] = 1 / max(end - first, 1)
        for first, end in sentences:
            types[first:end] = 1
        return PairLayout(np.array(ids, np.int64), types, averaging)

    def _marked(self, side: Side) -> tuple[list[int], int]:
        """Return the ids of a sentence with the marker in place of its value, and the place of the
        marker; -1 without a value."""
        ids, offsets = self._tokens(side.text)
        if side.value is None:
            return ids[:MAX_SENTENCE_TOKENS], -1
        before = [i for i, (_, end) in enumerate(offsets) if end <= side.value.start]
        after = [i for i, (start, _) in enumerate(offsets) if start >= side.value.end]
        first = before[-1] + 1 if before else 0
        last = after[0] if after else len(ids)
        cut = max(0, first - _BEFORE_VALUE)
        marked = [*ids[cut:first], self._marker, *ids[last:]]
        return marked[:MAX_SENTENCE_TOKENS], first - cut
