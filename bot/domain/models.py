"""Questions and answers as they go in and out: the JSON of the command line, exactly."""

import unicodedata
from collections.abc import Hashable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.domain.errors import QuestionError
from prompts import text as prompt_text

MAX_QUESTION_CHARS = 2000
SURE = 0.5  # the confidence from which an answer is shown without "I'm not sure"


def check_question(text: str) -> None:
    """Raises QuestionError, in words, for a text that cannot be taken as a question."""
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(
            prompt_text("refusals.question_long", count=len(text), most=MAX_QUESTION_CHARS)
        )
    if not text.strip():
        raise QuestionError(prompt_text("refusals.question_empty"))
    if code := no_text_in(text):
        raise QuestionError(prompt_text("refusals.question_not_text", code=code))


def no_text_in(text: str) -> str:
    """The first character that is not text, as Unicode numbers it; empty where there is none."""
    wrong = (c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\r\n")
    return next((f"U+{ord(character):04X}" for character in wrong), "")


class Turn(BaseModel):
    """An earlier question with the answer that it got."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str
    answer: str


class Question(BaseModel):
    """A question as asked; `history` is the conversation before it, oldest first. Batch files
    may say more of a question (a gold answer, a source): that is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    question: str
    id: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def identity(self) -> Hashable:
        """Questions that share it get the same answer."""
        return type(self), self.question, self.history

    @property
    def wording(self) -> str:
        """What is looked for."""
        return self.question

    @field_validator("history", mode="before")
    @classmethod
    def _null_is_none(cls, history: object) -> object:
        return () if history is None else history


class Rewritten(Question):
    """A question with the rewrite that is looked for in its place. No file or message can say so
    of a question: it is made only of a rewrite that was checked."""

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
    """Whether an answer is quotes alone, or sentences that a model wrote with the quotes that
    carry them."""

    EXTRACTIVE = "extractive"
    LLM = "llm"


class Role(StrEnum):
    EVIDENCE = "evidence"
    CONTEXT = "context"


class Place(BaseModel):
    """Where a sentence stands: `text[start:end]` of the article, in code points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    title: str
    source: str
    published: str
    url: str
    start: int
    end: int


class Citation(Place):
    """A sentence of an article: `quote == text[start:end]`. `context` is what a reader needs to
    understand an evidence sentence and is never evidence itself; `also_in` is where else the
    sentence stands, in the same words but for trifles."""

    number: int
    role: Role
    quote: str
    score: float
    also_in: tuple[Place, ...] = ()


class ShortAnswer(BaseModel):
    """The span of one citation's sentence that answers by itself: an amount, a date, a name.
    `text` is the article's text[start:end], like a quote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citation: int
    start: int
    end: int
    text: str


class Verdict(StrEnum):
    """What the first evidence says to a question for yes or no."""

    YES = "yes"
    NO = "no"


class WrittenSentence(BaseModel):
    """A sentence that a model wrote, and the numbers of the citations that carry it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    citations: tuple[int, ...]


class Trouble(StrEnum):
    """Why a model wrote less than it might have, or nothing. A metric has one series for each, and
    prompts/writing.toml a line."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"  # a key, a model's name or a request that the endpoint does not take
    LIMITED = "limited"  # by the endpoint: too many requests, or nothing left to spend there
    FAILED = "failed"  # an error of the endpoint's own
    GARBLED = "garbled"  # what came is no draft
    RESTING = "resting"  # it failed so often that it is not asked for a while
    BUSY = "busy"  # of ours: too many are being written already
    BUDGET = "budget"  # ours for the day is spent
    UNVERIFIED = "unverified"  # nothing of what it wrote is carried by the articles
    BUG = "bug"  # ours; the log has it
    UNANSWERED = "unanswered"  # it says that the evidence does not answer the question


class Writing(BaseModel):
    """What became of a model's draft: how many sentences it wrote, and how many of them are
    carried by the articles; the others left nowhere. `growing` while it is being written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    sentences: int = 0
    verified: int = 0
    trouble: Trouble | None = None
    growing: bool = False


class Answer(BaseModel):
    """What goes out. `confidence` is the probability that the first evidence answers the
    question; `understood_as` is the question with what it took over from the history; `prompts`
    is the version of the texts in `prompts/`; `written` is what a model wrote of it, each sentence
    verified, and `writing` is there wherever one was asked; `error` is set where a line of a batch
    got no answer, and why."""

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
        """Whether it is an answer that is more likely wrong than right, and is shown as such."""
        return bool(self.citations) and self.confidence < SURE

    @property
    def evidence(self) -> tuple[Citation, ...]:
        return tuple(c for c in self.citations if c.role is Role.EVIDENCE)


class FoundText(BaseModel):
    """A passage or a sentence that retrieval found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    start: int
    end: int
    text: str
    score: float


class Found(BaseModel):
    """What retrieval found for a question, both lists best first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    passages: tuple[FoundText, ...] = ()
    sentences: tuple[FoundText, ...] = ()
    error: str | None = None


class RankRequest(BaseModel):
    """Sentences to be scored against a question, in the order of their article."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    question: str
    sentences: tuple[str, ...]
    id: str = ""
    title: str = ""


class RankResult(BaseModel):
    """One score a sentence, higher is better; confidence as in an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    scores: tuple[float, ...] = ()
    confidence: float = 0.0
    error: str | None = None
