"""Texts to check against the articles, and the results: the JSON of `dealbot check`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.errors import QuestionError, Refusal
from bot.domain.models import Citation, no_text_in
from index.models import Span
from index.text.sentences import split_sentences

MAX_CHECKED_CHARS = 10_000
MAX_CHECKED_SENTENCES = 30  # checked as one job, while all others wait


def _is_unset(value: object) -> bool:
    return not value


class Standing(StrEnum):
    """Result for a sentence. UNCLEAR: the articles say it only as possible, planned, denied or as
    what others say, so they do not settle it. OUTDATED: only articles that no longer hold support
    it. DISPUTED: some articles support it and others contradict it."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNCLEAR = "unclear"
    NOT_FOUND = "not_found"
    OUTDATED = "outdated"
    DISPUTED = "disputed"


class FindingKind(StrEnum):
    """Kind of problem with a claim.

    ROLE: names have changed places. SUPPORT: the articles do not say the claim as a whole."""

    QUOTE = "quote"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    SPEAKER = "speaker"
    ROLE = "role"
    NEGATION = "negation"
    HEDGE = "hedge"
    CAUSE = "cause"
    UNSTATED = "unstated"
    SUPPORT = "support"


class CheckRequest(BaseModel):
    """Text whose sentences are to be checked against the articles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    id: str = ""


def claim_spans(text: str) -> list[Span]:
    """Split a text into the sentences to check.

    Raises QuestionError if the text is empty, too long, has too many sentences or has characters
    that are not text."""
    if not text.strip():
        raise QuestionError(Refusal.TEXT_EMPTY)
    if len(text) > MAX_CHECKED_CHARS:
        raise QuestionError(Refusal.TEXT_LONG, count=len(text), most=MAX_CHECKED_CHARS)
    if code := no_text_in(text):
        raise QuestionError(Refusal.TEXT_NOT_TEXT, code=code)
    spans = split_sentences(text)
    if len(spans) > MAX_CHECKED_SENTENCES:
        raise QuestionError(Refusal.TEXT_SENTENCES, count=len(spans), most=MAX_CHECKED_SENTENCES)
    return spans


def check_text(text: str) -> None:
    """Raise the QuestionError of `claim_spans` if the text cannot be checked."""
    claim_spans(text)


class Piece(BaseModel):
    """Piece of the checked text or of a cited article: `text[start:end]`, in code points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    text: str


class Reason(BaseModel):
    """Reason why a sentence is not supported.

    `in_text` is what the sentence says and the articles do not. `in_article` is what the articles
    say and the sentence leaves out (a "reportedly", a "not", an "if"). Both are set if they differ.
    `citation` is the number of the sentence that contains `in_article`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FindingKind
    in_text: Piece | None = None
    in_article: Piece | None = None
    citation: int | None = None


class CheckedSentence(BaseModel):
    """Sentence of the checked text, `[start:end]` in code points, with its result.

    `citations` support or contradict it. `until` is the date, as an article gives it, from which an
    outdated sentence no longer holds. `closest` are the nearest sentences if it is not found.
    `score` grows with how much of the sentence they support."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    text: str
    standing: Standing
    until: str = Field(default="", exclude_if=_is_unset)
    score: float = Field(ge=0, le=1)
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Check(BaseModel):
    """Checked sentences of a text, in order; citations are numbered across the whole text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    sentences: tuple[CheckedSentence, ...]
    generation: str
    elapsed_ms: float
