"""Jobs of the queue: answer a question, check a text, verify a drafted sentence."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify
from bot.answering.pipeline import EncodedQuestion, QuestionAnswerer, Receipt
from bot.domain.claims import Check, CheckRequest
from bot.domain.models import Question
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.verification.checker import Checker

Outcome_co = TypeVar("Outcome_co", covariant=True)


class Engines:
    """Objects that run the jobs. One instance belongs to one thread, as its parts do."""

    def __init__(self) -> None:
        self.answerer = QuestionAnswerer()

    @cached_property
    def checker(self) -> "Checker":
        # Imported by the first check: it would add a fifteenth to the start-up time.
        from bot.answering.verification.checker import Checker

        return Checker(self.answerer.ranker)


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
        return engines.checker.check(live, self.request)


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
