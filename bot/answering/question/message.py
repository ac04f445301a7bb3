"""Messages as they are met before any search: their kind and their language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.answering.question.analysis import WordWeights
from bot.answering.question.follow_up import leans
from bot.answering.question.language import foreign_language
from bot.answering.question.message_kind import MessageKind, MessageModel
from bot.domain.models import MAX_QUESTION_CHARS, Question
from index.generations.live import LiveGeneration

_MOST_TURNS = 6  # as many as a follow-up refers back to


@dataclass(frozen=True, slots=True)
class Message:
    """A question as asked, without the small talk of its history. `vector` is the embedding of its
    words, shape (dimension,), `kind` is the kind of message,
    and `language` an ISO 639-1 code if it is not in English, else ""."""

    asked: Question
    vector: NDArray[np.float32]
    kind: MessageKind
    language: str

    @property
    def is_remark(self) -> bool:
        """True if no search can answer it."""
        return bool(self.language) or self.kind is not MessageKind.QUESTION


class MessageReader:
    """Reader of messages. An instance belongs to one thread."""

    def __init__(self, english: WordWeights) -> None:
        self._english = english

    @cached_property
    def _model(self) -> MessageModel:
        return MessageModel.load()

    def read(self, live: LiveGeneration, questions: Sequence[Question]) -> list[Message]:
        """Read each message, and leave the small talk out of its history."""
        kinds, vectors = self._kinds(live, [each.question for each in questions])
        return [
            Message(
                self._without_talk(live, asked), vector, kind, self._language(live, asked, kind)
            )
            for asked, kind, vector in zip(questions, kinds, vectors, strict=True)
        ]

    def _language(self, live: LiveGeneration, asked: Question, kind: MessageKind) -> str:
        is_talk = kind.small_talk is not None
        known, english = live.generation.vocabulary, self._english
        return foreign_language(asked.question, known, english, is_talk=is_talk)

    def _without_talk(self, live: LiveGeneration, asked: Question) -> Question:
        if not asked.history or not leans(asked.wording):
            return asked
        turns = asked.history[-_MOST_TURNS:]
        kinds, _ = self._kinds(live, [turn.question[:MAX_QUESTION_CHARS] for turn in turns])
        kept = [t for t, k in zip(turns, kinds, strict=True) if k is MessageKind.QUESTION]
        return asked.model_copy(update={"history": tuple(kept)})

    def _kinds(
        self, live: LiveGeneration, messages: Sequence[str]
    ) -> tuple[list[MessageKind], NDArray[np.float32]]:
        """Return the kinds and the embeddings of the messages."""
        vectors = np.asarray(live.encoder.encode_queries(messages))
        return self._model.kinds_of(messages, vectors, live.encoder.id), vectors
