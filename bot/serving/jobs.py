"""Jobs of the queue: answer a question, check a text, verify a drafted sentence."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.answering.change.answer_change import AnswerComparison
from bot.answering.change.fate import Fate, fate_of
from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify
from bot.answering.encoded_question import EncodedQuestion
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.receipt import Receipt
from bot.domain.claims import Check, CheckRequest
from bot.domain.errors import Refusal, ServiceClosedError
from bot.domain.fates import FateKind
from bot.domain.known_answer import KnownAnswer
from bot.domain.models import Place, Question
from bot.domain.overviews import OverviewRequest
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.verification.checker import Checker

Outcome_co = TypeVar("Outcome_co", covariant=True)


class Engines:
    """Objects that run the jobs. One instance belongs to one thread at a time, as its parts do;
    `stopped` may be set from another thread."""

    def __init__(self, alike: "Engines | None" = None) -> None:
        """Load everything, or share with `alike` `stopped` and what several threads may use."""
        self.answerer: QuestionAnswerer = QuestionAnswerer(alike.answerer if alike else None)
        self.stopped: threading.Event = alike.stopped if alike else threading.Event()

    @cached_property
    def checker(self) -> "Checker":
        # Imported by the first check: it would add a fifteenth to the start-up time.
        from bot.answering.verification.checker import Checker

        return Checker(self.answerer.ranker)

    def raise_if_stopped(self) -> None:
        """End a long job. Raises ServiceClosedError once the program stops."""
        if self.stopped.is_set():
            raise ServiceClosedError(Refusal.CLOSING)


class Job(ABC, Generic[Outcome_co]):
    """Unit of work with a typed outcome."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Name of the job in the log; empty if it has none."""

    @property
    @abstractmethod
    def identity(self) -> Hashable:
        """Key shared by jobs with the same outcome: one computation serves them all."""

    @property
    def to_encode(self) -> Question | None:
        """Question for the encoder, which reads all of a batch together; None if there is none."""
        return None

    @abstractmethod
    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> Outcome_co:
        """Do the work; `encoded` belongs to `to_encode`. Raises ExpectedError."""

    def was_computed(self, outcome: Any) -> bool:
        """Return whether the outcome took the time of a computation: it did not come from a
        cache."""
        return True


@dataclass(frozen=True, slots=True)
class QuestionJob(Job[Receipt]):
    """Job that answers a question."""

    question: Question

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def identity(self) -> Hashable:
        return self.question.identity

    @property
    def to_encode(self) -> Question:
        return self.question

    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> Receipt:
        assert encoded is not None
        return engines.answerer.answer(live, encoded)

    def was_computed(self, outcome: Any) -> bool:
        return not (isinstance(outcome, Receipt) and outcome.cached)


@dataclass(frozen=True, slots=True)
class CheckJob(Job[Check]):
    """Job that checks each sentence of a text."""

    request: CheckRequest

    @property
    def id(self) -> str:
        return self.request.id

    @property
    def identity(self) -> Hashable:
        return type(self), self.request.text

    def run(self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None) -> Check:
        return engines.checker.check(live, self.request, engines.raise_if_stopped)


@dataclass(frozen=True, slots=True)
class OverviewJob(Job[Receipt]):
    """Job that makes an overview. The receipt has no ranked sentences."""

    request: OverviewRequest

    @property
    def id(self) -> str:
        return self.request.id

    @property
    def identity(self) -> Hashable:
        return self.request.identity

    @property
    def to_encode(self) -> Question | None:
        topic = self.request.topic
        return Question(question=topic, id=self.request.id) if topic else None

    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> Receipt:
        return engines.answerer.overview(live, self.request, encoded)


@dataclass(frozen=True, slots=True)
class VerifyJob(Job[SentenceSupport]):
    """Job that verifies a drafted sentence against the evidence that it cites."""

    drafted: SentenceToVerify

    @property
    def id(self) -> str:
        return self.drafted.receipt.answer.id

    @property
    def identity(self) -> Hashable:
        return type(self), self.drafted.identity

    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> SentenceSupport:
        return engines.checker.verify(self.drafted)


@dataclass(frozen=True, slots=True)
class Reanswer:
    """A question answered again. `changed` says whether the answer states something else than the
    known one."""

    receipt: Receipt
    changed: bool


@dataclass(frozen=True, slots=True)
class ReanswerJob(Job[Reanswer]):
    """Job that answers a question again, and compares the answer with the known one."""

    question: Question
    known: KnownAnswer

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def identity(self) -> Hashable:
        return type(self), self.question.identity, self.known

    @property
    def to_encode(self) -> Question:
        return self.question

    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> Reanswer:
        assert encoded is not None
        receipt, generation = engines.answerer.answer(live, encoded), live.generation
        repeats = partial(engines.checker.repeats, generation)
        compared = AnswerComparison(self.known, receipt.answer, generation, repeats)
        return Reanswer(receipt, compared.has_changed)

    def was_computed(self, outcome: Any) -> bool:
        return not (isinstance(outcome, Reanswer) and outcome.receipt.cached)


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    """A sentence as it was cited, and where."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class FatesJob(Job[tuple[Fate, ...]]):
    """Job that finds out what became of cited sentences, in their order."""

    sentences: tuple[QuotedSentence, ...]

    @property
    def id(self) -> str:
        return ""

    @property
    def identity(self) -> Hashable:
        return type(self), self.sentences

    def run(
        self, engines: Engines, live: LiveGeneration, encoded: EncodedQuestion | None
    ) -> tuple[Fate, ...]:
        return tuple(_fate(engines, live, each) for each in self.sentences)


def _fate(engines: Engines, live: LiveGeneration, quoted: QuotedSentence) -> Fate:
    """Return the fate of a sentence. One whose meaning stayed the same still holds."""
    fate = fate_of(live.generation, quoted.place, quoted.text)
    if fate.now is None or not _mean_the_same(engines, live, quoted.text, fate.now.text):
        return fate
    return Fate(FateKind.HOLDS)


def _mean_the_same(engines: Engines, live: LiveGeneration, one: str, other: str) -> bool:
    repeats = partial(engines.checker.repeats, live.generation)
    return repeats(one, [other]) and repeats(other, [one])
