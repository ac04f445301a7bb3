"""Questions as the pipeline takes them: understood, with their time, and encoded."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from bot.answering.overview.grammar import overview_asked
from bot.answering.question.analysis import WordWeights
from bot.answering.question.follow_up import Understood
from bot.answering.question.message import Message, MessageReader
from bot.answering.question.plain_question import plain
from bot.answering.question.reader import QuestionReader
from bot.answering.receipt import Timings
from bot.answering.time.moments import day_asked
from bot.answering.time.question_time import read_question_time
from bot.answering.time.readings import QuestionTime
from bot.domain.models import Question
from bot.domain.overviews import OverviewRequest
from index.generations.live import LiveGeneration


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """A question as understood, with its embedding of shape (dimension,). `message` has its kind
    and its language. `overview` is set if the message asks for one; then
    `understood` and the embedding are those of its topic. Else they are those of the first reading
    of `time`."""

    message: Message
    overview: OverviewRequest | None
    time: QuestionTime
    understood: Understood
    vector: NDArray[np.float32]
    timings: Timings

    @property
    def question(self) -> Question:
        """The question as asked."""
        return self.message.asked


class QuestionReaders:
    """Readers of questions, one for each generation; the latest one is kept. Safe to share between
    threads, which then read all words of a generation once."""

    def __init__(self, english: WordWeights) -> None:
        self._english, self._lock = english, Lock()
        self._latest: QuestionReader | None = None

    def of(self, live: LiveGeneration) -> QuestionReader:
        """Return the reader of questions for the generation."""
        with self._lock:
            if self._latest is None or self._latest.generation_id != live.generation.id:
                self._latest = QuestionReader(live.generation, self._english)
            return self._latest


class QuestionEncoder:
    """Encoder of questions. An instance belongs to one thread."""

    def __init__(self, english: WordWeights, alike: "QuestionEncoder | None" = None) -> None:
        """Make the encoder. It shares with `alike` what several threads may use."""
        self._messages = MessageReader(english)
        self._readers: QuestionReaders = alike._readers if alike else QuestionReaders(english)

    def encode(self, live: LiveGeneration, questions: Sequence[Question]) -> list[EncodedQuestion]:
        """Understand each dated question, and encode all of them in one batch."""
        started, reader = time.perf_counter(), self.reader(live)
        messages = self._messages.read(live, questions)
        reads = [_read(reader, message) for message in messages]
        read = time.perf_counter()
        vectors = _vectors(live, reads)
        share = 1 / max(1, len(questions))
        timings = Timings((read - started) * share, (time.perf_counter() - read) * share)
        return [
            EncodedQuestion(
                each.message, each.overview, each.time, each.understood, vector, timings
            )
            for each, vector in zip(reads, vectors, strict=True)
        ]

    def reader(self, live: LiveGeneration) -> QuestionReader:
        """Return the reader of questions for the generation."""
        return self._readers.of(live)


@dataclass(frozen=True, slots=True)
class _Read:
    """A dated question as read; the fields are those of `EncodedQuestion`."""

    message: Message
    overview: OverviewRequest | None
    time: QuestionTime
    understood: Understood


def _vectors(live: LiveGeneration, reads: Sequence[_Read]) -> list[NDArray[np.float32]]:
    """Encode what is searched for, if it is not the message itself, which is encoded already."""
    known = {each.message.asked.question: each.message.vector for each in reads}
    new = list(dict.fromkeys(e.understood.text for e in reads if e.understood.text not in known))
    if new:
        known |= zip(new, live.encoder.encode_queries(new), strict=True)
    return [known[each.understood.text] for each in reads]


def _read(reader: QuestionReader, message: Message) -> _Read:
    asked = message.asked
    overview = _overview_asked(asked)
    when = read_question_time(plain(asked.wording), day_asked(asked))
    if message.is_remark or (overview and not overview.topic):
        understood = Understood(asked.question)
    else:
        understood = reader.read(asked, overview.topic if overview else when.readings[0].text)
    return _Read(message, overview, when, understood)


def _overview_asked(asked: Question) -> OverviewRequest | None:
    """Return the overview that a dated question asks for; None if it asks for none."""
    request = overview_asked(asked.question, day_asked(asked))
    return request and request.model_copy(update={"as_of": asked.as_of})
