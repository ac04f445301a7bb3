"""Questions and answers: the exact JSON of the command line."""

import unicodedata
from collections.abc import Hashable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.domain.errors import QuestionError
from prompts import text as prompt_text

MAX_QUESTION_CHARS = 2000
SURE = 0.5  # lowest confidence of an answer that is shown without "I'm not sure"


def check_question(text: str) -> None:
    """Raise QuestionError if the text is too long, empty or contains non-text characters."""
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(
            prompt_text("refusals.question_long", count=len(text), most=MAX_QUESTION_CHARS)
        )
    if not text.strip():
        raise QuestionError(prompt_text("refusals.question_empty"))
    if code := no_text_in(text):
        raise QuestionError(prompt_text("refusals.question_not_text", code=code))


def no_text_in(text: str) -> str:
    """Return the first character that is not text, as U+XXXX; empty if there is none."""
    wrong = (c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\r\n")
    return next((f"U+{ord(character):04X}" for character in wrong), "")


class Turn(BaseModel):
    """Earlier question with its answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str
    answer: str


class Question(BaseModel):
    """Question as asked; `history` is the conversation before it, oldest first.

    Other fields of a batch file, such as a gold answer or a source, are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    question: str
    id: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def identity(self) -> Hashable:
        """Key shared by questions that get the same answer."""
        return type(self), self.question, self.history

    @property
    def wording(self) -> str:
        """Text to search for."""
        return self.question

    @field_validator("history", mode="before")
    @classmethod
    def _null_is_none(cls, history: object) -> object:
        return () if history is None else history


class Rewritten(Question):
    """Question with a stand-alone rewrite, which is searched for in its place.

    It is made only from a checked rewrite: no file or message can set `standalone`."""

    standalone: str

    @property
    def identity(self) -> Hashable:
        return super().identity, self.standalone

    @property
    def wording(self) -> str:
        return self.standalone


class Status(StrEnum):
    ANSWERED = "answered"
    ABSTAINED = "abstained"


class Mode(StrEnum):
    """Kind of answer: quotes alone, or a model's sentences with the quotes that support them."""

    EXTRACTIVE = "extractive"
    LLM = "llm"


class Role(StrEnum):
    EVIDENCE = "evidence"
    CONTEXT = "context"


class Place(BaseModel):
    """Position of a sentence: `text[start:end]` of the article, in code points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    title: str
    source: str
    published: str
    url: str
    start: int
    end: int


class Citation(Place):
    """Sentence of an article: `quote == text[start:end]`.

    A CONTEXT sentence helps the reader understand an evidence sentence and is never evidence
    itself. `also_in` lists other places of the sentence, where the wording differs in trifles at
    most."""

    number: int
    role: Role
    quote: str
    score: float
    also_in: tuple[Place, ...] = ()


class ShortAnswer(BaseModel):
    """Span of a cited sentence that answers by itself: an amount, a date, a name.

    `text` is the article's text[start:end], like a quote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citation: int
    start: int
    end: int
    text: str


class Verdict(StrEnum):
    """Answer of the first evidence to a yes-or-no question."""

    YES = "yes"
    NO = "no"


class WrittenSentence(BaseModel):
    """Sentence that a model wrote, with the numbers of the citations that support it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    citations: tuple[int, ...]


class Trouble(StrEnum):
    """Reason why a model wrote less than it could, or nothing.

    Each member has a metric series, and a line in prompts/writing.toml."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"  # the endpoint rejects the key, the model's name or the request
    LIMITED = "limited"  # by the endpoint: too many requests, or its quota is spent
    FAILED = "failed"  # an internal error of the endpoint
    GARBLED = "garbled"  # the response is not a draft
    RESTING = "resting"  # paused after repeated failures
    BUSY = "busy"  # our own limit: too many answers are being written
    BUDGET = "budget"  # our own budget for the day is spent
    UNVERIFIED = "unverified"  # the articles support none of its sentences
    BUG = "bug"  # our own bug; the log has it
    UNANSWERED = "unanswered"  # the model says that the evidence does not answer


class Writing(BaseModel):
    """Result of a model's draft: the number of its sentences, and of those that are supported.

    Sentences that the articles do not support are dropped. `growing` is set while the model
    writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    sentences: int = 0
    verified: int = 0
    trouble: Trouble | None = None
    growing: bool = False


class Answer(BaseModel):
    """Answer to a question.

    `confidence` is the probability that the first evidence answers the question. `understood_as` is
    the question with what it took from the history. `prompts` is the version of the texts in
    `prompts/`. `written` has a model's sentences, each verified; `writing` is set whenever a model
    was asked. `error` says why a line of a batch got no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    status: Status
    mode: Mode = Mode.EXTRACTIVE
    text: str
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    confidence: float = Field(ge=0, le=1)
    generation: str
    elapsed_ms: float
    understood_as: str = ""
    short_answer: ShortAnswer | None = None
    verdict: Verdict | None = None
    written: tuple[WrittenSentence, ...] = ()
    writing: Writing | None = None
    prompts: str = ""
    error: str | None = None

    @property
    def unsure(self) -> bool:
        """True for an answer that is more likely wrong than right, and is shown as such."""
        return bool(self.citations) and self.confidence < SURE

    @property
    def evidence(self) -> tuple[Citation, ...]:
        return tuple(c for c in self.citations if c.role is Role.EVIDENCE)


class FoundText(BaseModel):
    """Passage or sentence that retrieval found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    start: int
    end: int
    text: str
    score: float


class Found(BaseModel):
    """Results of retrieval for a question, both lists best first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    passages: tuple[FoundText, ...] = ()
    sentences: tuple[FoundText, ...] = ()
    error: str | None = None


class RankRequest(BaseModel):
    """Sentences to score against a question, in the order of their article."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    question: str
    sentences: tuple[str, ...]
    id: str = ""
    title: str = ""


class RankResult(BaseModel):
    """One score per sentence, higher is better; confidence as in an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    scores: tuple[float, ...] = ()
    confidence: float = 0.0
    error: str | None = None
