"""Laying out a question and a window of sentences as the judge reads them.

    [CLS] question [SEP] title [SEP] sentence 1 sentence 2 ... [SEP]

Training and serving call the same code, so that what was learned is what is asked. A claim takes
the place of the question and has a marker in front. Token types are 0 up to the title and 1 for
the sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_ASKED_TOKENS, MAX_TITLE_TOKENS, MAX_SENTENCE_TOKENS = 48, 16, 96
MAX_WINDOW_TOKENS = 240  # of all sentences together; later ones are cut
_READ_CHARS = 2_000  # more than the tokens that are read: a table without line breaks is longer
_CLAIM_MARKER = "[unused0]"

Numbers = NDArray[np.int64]


class Task(StrEnum):
    """What the judge decides about each sentence: whether it answers, or carries a claim."""

    QUESTION = "question"
    CLAIM = "claim"


class TextTokens(NamedTuple):
    """A text's token ids, and where each token starts and ends in it, in code points."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """One input of the judge. `bounds` are the first and the end token of each sentence."""

    ids: Numbers
    types: Numbers
    bounds: tuple[tuple[int, int], ...]

    def averaging(self) -> NDArray[np.float32]:
        """A matrix (sentences, tokens) that averages the tokens of each sentence."""
        matrix = np.zeros((len(self.bounds), len(self.ids)), np.float32)
        for row, (start, end) in enumerate(self.bounds):
            matrix[row, start:end] = 1 / max(end - start, 1)
        return matrix


class InputEncoder:
    """Tokenizes texts and lays them out. Safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """`tokenizer` is a WordPiece tokenizer without padding or truncation."""
        self._tokenizer = tokenizer
        self._cls, self._sep, self._claim = (
            _id_of(tokenizer, token) for token in ("[CLS]", "[SEP]", _CLAIM_MARKER)
        )

    def tokens(self, text: str) -> TextTokens:
        """The tokens of a text alone, of its first 2,000 characters. A lone surrogate, which JSON
        can carry, becomes "?"."""
        plain = text[:_READ_CHARS].encode("utf-8", "replace").decode("utf-8")
        encoding = self._tokenizer.encode(plain, add_special_tokens=False)
        return TextTokens(encoding.ids, encoding.offsets)

    def layout(
        self, task: Task, asked: TextTokens, title: TextTokens, sentences: Sequence[TextTokens]
    ) -> Layout:
        """One input from tokenized parts; each part is cut at its limit."""
        ids = [self._cls, *([self._claim] if task is Task.CLAIM else [])]
        ids += [*asked.ids[:MAX_ASKED_TOKENS], self._sep]
        if title.ids:
            ids += [*title.ids[:MAX_TITLE_TOKENS], self._sep]
        first, bounds = len(ids), []
        for sentence in sentences:
            room = max(first + MAX_WINDOW_TOKENS - len(ids), 0)
            start = len(ids)
            ids += sentence.ids[: min(MAX_SENTENCE_TOKENS, room)]
            bounds.append((start, len(ids)))
        ids.append(self._sep)
        types = np.zeros(len(ids), np.int64)
        types[first:] = 1
        return Layout(np.array(ids, np.int64), types, tuple(bounds))


def _id_of(tokenizer: Tokenizer, token: str) -> int:
    number = tokenizer.token_to_id(token)
    if number is None:
        raise ValueError(f"the judge's tokenizer has no {token}")
    return int(number)
