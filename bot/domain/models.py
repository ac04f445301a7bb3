"""Questions and answers: the exact JSON of the command line."""

import unicodedata
from collections.abc import Hashable
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.domain.errors import QuestionError, Refusal

MAX_QUESTION_CHARS = 2000
CERTAIN = 0.8  # lowest confidence of an answer that is called sure, and of a yes or no
SURE = 0.5  # lowest confidence of an answer that is shown without "I'm not sure"


def check_question(text: str) -> None:
    """Raise QuestionError if the text is too long, empty or contains non-text characters."""
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(Refusal.QUESTION_LONG, count=len(text), most=MAX_QUESTION_CHARS)
    if not text.strip():
        raise QuestionError(Refusal.QUESTION_EMPTY)
    if code := no_text_in(text):
        raise QuestionError(Refusal.QUESTION_NOT_TEXT, code=code)


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
    """Question as asked; `history` is the conversation before it, oldest first. `as_of` is a date
    or time in ISO 8601: the question is answered with what was known then. "" means now. `asked` is
    the day in ISO 8601 from which "yesterday" counts, "" for today.

    Other fields of a batch file, such as a gold answer or a source, are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    question: str
    id: str = ""
    history: tuple[Turn, ...] = ()
    as_of: str = ""
    asked: str = ""

    @property
    def identity(self) -> Hashable:
        """Key shared by questions that get the same answer."""
        return type(self), self.question, self.history, self.as_of, self.asked

    @property
    def wording(self) -> str:
        """Text to search for."""
        return self.question

    @field_validator("history", mode="before")
    @classmethod
    def _null_is_none(cls, history: object) -> object:
        return () if history is None else history

    @field_validator("as_of", "asked", mode="before")
    @classmethod
    def _null_is_empty(cls, date: object) -> object:
        return "" if date is None else date


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


def _is_unset(value: object) -> bool:
    return not value


class Status(StrEnum):
    """Outcome of a question. ERROR: a line of a batch that could not be answered at all."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    ERROR = "error"


class Mode(StrEnum):
    """Kind of answer: quotes alone, or a model's sentences with the quotes that support them."""

    EXTRACTIVE = "extractive"
    LLM = "llm"


class SmallTalk(StrEnum):
    """Kind of a message that does not ask about the articles."""

    GREETING = "greeting"
    HELP = "help"
    THANKS = "thanks"
    FAREWELL = "farewell"
    REQUEST = "request"
    INSULT = "insult"
    CHATTER = "chatter"


class Role(StrEnum):
    EVIDENCE = "evidence"
    CONTEXT = "context"


class Place(BaseModel):
    """Position of a sentence: `text[start:end]` of the article, in code points. `page` is the page
    of a document, counted from 1; None if the format has no pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    title: str
    source: str
    published: str
    url: str
    start: int
    end: int
    page: int | None = Field(default=None, ge=1, exclude_if=lambda page: page is None)


class Change(StrEnum):
    """Change of an article that an overview shows: the sentence that is new in a later version, one
    that it replaced or left out, or one of an article that was withdrawn."""

    NEW = "new"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Citation(Place):
    """Sentence of an article: `quote == text[start:end]`.

    A CONTEXT sentence helps the reader understand an evidence sentence and is never evidence
    itself. `also_in` lists other places of the sentence, where the wording differs in trifles at
    most. `superseded` is the date, as its article gives it, from which a later article or version
    states something else in its place, or on which the article was withdrawn; "" if it holds.
    `change` says which: WITHDRAWN, or in an overview also that the sentence was corrected. In an
    overview, `happened` is the date of the entry in ISO 8601, as precise as it is known."""

    number: int
    role: Role
    quote: str
    score: float
    also_in: tuple[Place, ...] = ()
    superseded: str = Field(default="", exclude_if=_is_unset)
    happened: str = Field(default="", exclude_if=_is_unset)
    change: Change | None = Field(default=None, exclude_if=_is_unset)


class ShortAnswer(BaseModel):
    """Span of a cited sentence that answers by itself: an amount, a date, a name.

    `text` is the article's text[start:end], like a quote. `resolved` are the days of a date that
    counts from the day of its article ("next month"), in ISO 8601: a day, a month, a year or a
    range with "/"; "" for any other text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citation: int
    start: int
    end: int
    text: str
    resolved: str = Field(default="", exclude_if=_is_unset)


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


class ValueKind(StrEnum):
    """Kind of the values that articles disagree on."""

    AMOUNT = "amount"
    DATE = "date"
    NAME = "name"
    STATUS = "status"


class StatedValue(BaseModel):
    """One of the different values for the same thing. `text` is the value as a cited sentence has
    it, or "yes" or "no" for a status. `citations` are the numbers of the citations that state it,
    newest first. `outlets` counts the outlets that state it, and `sources` the texts that are not
    copies of each other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    citations: tuple[int, ...]
    outlets: int
    sources: int


class Disagreement(BaseModel):
    """Different values that the articles give for the same thing, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ValueKind
    values: tuple[StatedValue, ...]


class Unstated(StrEnum):
    """Kind of what a question asks for and no sentence states, although some are about it: the
    number of what it counts, or the comparison that it makes."""

    COUNT = "count"
    COMPARISON = "comparison"


class IndexQuestion(StrEnum):
    """Kind of a question about the articles themselves, which the index's own data answers."""

    COUNT = "count"
    SOURCES = "sources"
    AUTHORS = "authors"
    DATES = "dates"
    SUBJECT = "subject"


class ListedArticle(BaseModel):
    """Article that an answer about the articles lists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article_id: str
    title: str
    source: str
    published: str
    url: str


class IndexFacts(BaseModel):
    """Facts about the articles that hold now. `count` is their number, `outlets` are the names of
    their sources, and `first` and `last` are the dates in ISO 8601 between which they were
    published, "" if they are unknown. `articles` lists the newest of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: IndexQuestion
    count: int
    outlets: tuple[str, ...]
    first: str
    last: str
    articles: tuple[ListedArticle, ...]


class AnswerPart(BaseModel):
    """Answer to one of several questions of a message. `citations` are the numbers of its citations
    in the whole answer, and those of `short_answer` and `disagreement` count the same way. Without
    citations the part is not answered, and `lacking` are the names and numbers of the question that
    the closest sentence lacks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    status: Status
    confidence: float = Field(ge=0, le=1)
    citations: tuple[int, ...] = ()
    short_answer: ShortAnswer | None = None
    verdict: Verdict | None = None
    disagreement: Disagreement | None = None
    lacking: tuple[str, ...] = ()
    unstated: Unstated | None = Field(default=None, exclude_if=_is_unset)


class OverviewKind(StrEnum):
    """Kind of an answer that lists sentences by date."""

    LATEST = "latest"
    TIMELINE = "timeline"


class Answer(BaseModel):
    """Answer to a question.

    `text` and `prompts`, the version of the texts in `prompts/`, are empty until `put_in_words` of
    `bot/wording/answers.py` fills them in. Until then `small_talk` and `lacking` say why there is
    no evidence: `lacking` are names and numbers of the question that the closest sentence lacks.
    `confidence` is the probability that the first evidence answers the question. `understood_as` is
    the question with what it took from the history. `written` has a model's sentences, each
    verified; `writing` is set whenever a model was asked. `error` says why a line of a batch got no
    answer.

    `as_of` is the date in ISO 8601 for which the question was answered; "" means now.
    `disagreement` has the different values that the citations give. `overview` is set if the
    citations are a list by date, not evidence for one answer, and `of_topic` if that list is
    limited to a topic. `parts` has the answer to each question of a message with several; the
    citations are those of all parts. `facts` is set if the message asks about the articles
    themselves, and `language`, an ISO 639-1 code, if it is not in English. `unstated` is set if the
    sentences about the question do not state what it asks for. `since` and `until` are
    the dates or times in ISO 8601 of the first and the last publication that it takes, "" for no
    limit. They also limit an answer to a question such as "since Monday"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    status: Status
    mode: Mode = Mode.EXTRACTIVE
    text: str = ""
    small_talk: SmallTalk | None = Field(default=None, exclude_if=_is_unset)
    lacking: tuple[str, ...] = Field(default=(), exclude_if=_is_unset)
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
    as_of: str = Field(default="", exclude_if=_is_unset)
    disagreement: Disagreement | None = Field(default=None, exclude_if=_is_unset)
    overview: OverviewKind | None = Field(default=None, exclude_if=_is_unset)
    of_topic: bool = Field(default=False, exclude_if=_is_unset)
    parts: tuple[AnswerPart, ...] = Field(default=(), exclude_if=_is_unset)
    facts: IndexFacts | None = Field(default=None, exclude_if=_is_unset)
    language: str = Field(default="", exclude_if=_is_unset)
    unstated: Unstated | None = Field(default=None, exclude_if=_is_unset)
    since: str = Field(default="", exclude_if=_is_unset)
    until: str = Field(default="", exclude_if=_is_unset)

    def of_part(self, part: AnswerPart) -> Self:
        """Return the answer to one of several questions alone. Its citations keep their numbers."""
        by_number = {each.number: each for each in self.citations}
        return self.model_copy(
            update={
                "question": part.question,
                "understood_as": part.question,
                "text": "",
                "status": part.status,
                "confidence": part.confidence,
                "citations": tuple(by_number[number] for number in part.citations),
                "closest": (),
                "short_answer": part.short_answer,
                "verdict": part.verdict,
                "disagreement": part.disagreement,
                "lacking": part.lacking,
                "unstated": part.unstated,
                "parts": (),
            }
        )

    @property
    def is_remark(self) -> bool:
        """True for an answer without a search: small talk, facts about the index, a language."""
        return bool(self.small_talk or self.facts or self.language)

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
