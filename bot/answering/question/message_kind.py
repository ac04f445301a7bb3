"""The kind of a message: a question about what the articles say, a question about the articles
themselves, or small talk.

A linear model over the encoder's vector of the message decides. training/train_messages.py fits it.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from bot.domain.models import IndexQuestion, SmallTalk

MESSAGES_FILE = "messages.json"
_MOST_WORDS = 25  # the longest line that the model has learned from has about as many


class MessageKind(StrEnum):
    """Kind of a message. QUESTION is the first one."""

    QUESTION = "question"
    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    HELP = "help"
    REQUEST = "request"
    INSULT = "insult"
    CHATTER = "chatter"
    ARTICLES_COUNT = "articles_count"
    ARTICLES_SOURCES = "articles_sources"
    ARTICLES_AUTHORS = "articles_authors"
    ARTICLES_DATES = "articles_dates"
    ARTICLES_SUBJECT = "articles_subject"

    @property
    def small_talk(self) -> SmallTalk | None:
        """The kind of small talk; None for a question."""
        return SmallTalk(self.value) if self.value in set(SmallTalk) else None

    @property
    def of_index(self) -> IndexQuestion | None:
        """The question about the articles themselves; None for any other message."""
        start, _, what = self.partition("_")
        return IndexQuestion(what) if start == "articles" else None


class MessageModel(BaseModel):
    """Contents of the weights file: a multinomial logistic regression over the vectors of an
    encoder with this name. A message is a question if its probability exceeds
    `most_question`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    kinds: tuple[MessageKind, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    most_question: float
    encoder: str
    training: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        """Load the weights of the package."""
        path = files("bot.answering").joinpath("model", MESSAGES_FILE)
        return cls.model_validate_json(path.read_bytes())

    @cached_property
    def _table(self) -> NDArray[np.float64]:
        return np.array(self.weights).T

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Compute the probability of each kind (columns) for each vector (rows)."""
        odds = vectors.astype(np.float64) @ self._table + np.array(self.bias)
        exponents = np.exp(odds - odds.max(axis=1, keepdims=True))
        found: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
        return found

    def kinds_of(
        self, messages: Sequence[str], vectors: NDArray[np.float32], encoder: str
    ) -> list[MessageKind]:
        """Return the kind of each message. `vectors` are its embeddings, shape (messages,
        dimension), by the encoder with this id. With another encoder every message is a
        question."""
        if encoder.rpartition("-")[0] != self.encoder or not messages:
            return [MessageKind.QUESTION] * len(messages)
        found = self.probabilities(vectors)
        others = found[:, 1:].argmax(axis=1) + 1
        return [
            self.kinds[int(other)]
            if row[0] <= self.most_question and 0 < len(message.split()) <= _MOST_WORDS
            else MessageKind.QUESTION
            for message, row, other in zip(messages, found, others, strict=True)
        ]
