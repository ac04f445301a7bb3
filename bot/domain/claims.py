"""Texts to be checked against the articles, and what came of it: the JSON of `dealbot check`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.errors import QuestionError
from bot.domain.models import Citation, Question, no_text_in
from index.models import Span
from index.text.sentences import split_sentences
from prompts import text as prompt_text

MAX_CHECKED_CHARS = 10_000
MAX_CHECKED_SENTENCES = 30  # they are checked in one go, while everybody else waits


class Standing(StrEnum):
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"


class FindingKind(StrEnum):
    """What can be wrong with a claim; `role` is that names change places, `support` that its
    words, all in all, are not told."""

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


class Claims(Question):
    """A text whose sentences are to be checked, in `question`. It waits for its turn among the
    questions."""


def claim_spans(text: str) -> list[Span]:
    """The sentences of a text that can be checked. Raises QuestionError, in words, where it is
    not one."""
    if not text.strip():
        raise QuestionError(prompt_text("refusals.text_empty"))
    if len(text) > MAX_CHECKED_CHARS:
        raise QuestionError(
            prompt_text("refusals.text_long", count=len(text), most=MAX_CHECKED_CHARS)
        )
    if code := no_text_in(text):
        raise QuestionError(prompt_text("refusals.text_not_text", code=code))
    spans = split_sentences(text)
    if len(spans) > MAX_CHECKED_SENTENCES:
        raise QuestionError(
            prompt_text("refusals.text_sentences", count=len(spans), most=MAX_CHECKED_SENTENCES)
        )
    return spans


class Piece(BaseModel):
    """`text[start:end]`, in code points, of the text that is checked or of a cited article."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    text: str


class Reason(BaseModel):
    """Why a sentence is not supported: what it says and the articles do not, what they say and it
    leaves out (a "reportedly", a "not", an "if"), or both where they differ. `citation` is the
    number of the sentence that `in_article` stands in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FindingKind
    in_text: Piece | None = None
    in_article: Piece | None = None
    citation: int | None = None


class CheckedSentence(BaseModel):
    """`text` is the checked text's [start:end]. The citations carry or contradict it; `closest` is
    what comes nearest to one that is not found. `score` is higher the more of it they carry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    text: str
    standing: Standing
    score: float = Field(ge=0, le=1)
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Check(BaseModel):
    """All sentences of a text, in their order; citations are numbered through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    sentences: tuple[CheckedSentence, ...]
    generation: str
    elapsed_ms: float
