"""Input layout of the judge: a question and a window of sentences as tokens.

    [CLS] question [SEP] title [SEP] sentence 1 sentence 2 ... [SEP]

Training and serving call the same code, so that both use the same layout. A claim takes the place
of the question, with a marker token in front. Token types are 0 up to the title and 1 for the
sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_ASKED_TOKENS, MAX_TITLE_TOKENS, MAX_SENTENCE_TOKENS = 48, 16, 96
MAX_WINDOW_TOKENS = 240  # all sentences together; the rest is cut
_READ_CHARS = 2_000  # enough for every token limit; a table without line breaks is longer
_CLAIM_MARKER = "[unused0]"

Numbers = NDArray[np.int64]


class Task(StrEnum):
    """The judge's task for each sentence: does it answer a question, or does it support a claim?"""

    QUESTION = "question"
    CLAIM = "claim"


class TextTokens(NamedTuple):
    """Token ids of a text, and the start and end of each token in the text, in code points."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """One input of the judge. `bounds` holds the first and the end token of each sentence; the end
    is exclusive."""

    ids: Numbers
    types: Numbers
    bounds: tuple[tuple[int, int], ...]

    def averaging(self) -> NDArray[np.float32]:
        """Build a matrix of shape (sentences, tokens) that averages the tokens of each sentence."""
        matrix = np.zeros((len(self.bounds), len(self.ids)), np.float32)
        for row, (start, end) in enumerate(self.bounds):
            matrix[row, start:end] = 1 / max(end - start, 1)
        return matrix


class InputEncoder:
    """Encoder of texts into judge inputs. Safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a WordPiece tokenizer without padding or truncation. Raises ValueError if it lacks a
        special token."""
        self._tokenizer = tokenizer
        self._cls, self._sep, self._claim = map(self.id_of, ("[CLS]", "[SEP]", _CLAIM_MARKER))

    def id_of(self, token: str) -> int:
        """Return the id of a token. Raises ValueError if the tokenizer has none."""
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"the judge's tokenizer has no {token}")
        return int(number)

    def tokens(self, text: str) -> TextTokens:
        """Tokenize the first 2,000 characters of a text, without special tokens. A lone surrogate,
        which JSON can contain, becomes "?"."""
        plain = text[:_READ_CHARS].encode("utf-8", "replace").decode("utf-8")
        encoding = self._tokenizer.encode(plain, add_special_tokens=False)
        return TextTokens(encoding.ids, encoding.offsets)

    def layout(
        self, task: Task, asked: TextTokens, title: TextTokens, sentences: Sequence[TextTokens]
    ) -> Layout:
        """Lay out one input from tokenized parts. Each part is cut at its limit."""
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
