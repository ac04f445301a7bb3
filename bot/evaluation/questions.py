"""Questions whose right sentences are known: the format of a question set, one per line."""

import hashlib
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.errors import BatchError
from bot.domain.models import Question, Verdict
from index.generations.reader import TextStore

Part = Literal["tune", "final"]

# A sentence is gold if it shares at least this much of the shorter of the two. That is exact for
# our own splitter, and maps the sentences of another splitter to ours.
_SHARED = 0.5


class GoldSpan(BaseModel):
    """Right sentence: offsets in code points of the article's text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article_id: str
    start: int
    end: int

    def is_at(self, article_id: str, start: int, end: int) -> bool:
        """Return whether the sentence at these offsets is this one."""
        if article_id != self.article_id:
            return False
        shared = min(end, self.end) - max(start, self.start)
        return shared >= _SHARED * max(1, min(end - start, self.end - self.start))


class EvalQuestion(Question):
    """Question with what a right answer cites.

    Any one of `gold` is right; with `needs_all` the answer needs every one of them. `split` says
    whether the question may be used for tuning. `short` and `verdict` are the right short answer
    and the right yes or no, if known."""

    answerable: bool
    kind: str = ""
    split: Part | None = None
    gold: tuple[GoldSpan, ...] = ()
    needs_all: bool = False
    short: str | None = None
    verdict: Verdict | None = None

    def is_gold(self, article_id: str, start: int, end: int) -> bool:
        return any(span.is_at(article_id, start, end) for span in self.gold)


class EvalClaim(BaseModel):
    """Claim with its label; a `false` one is contradicted or not found."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    claim: str
    label: Literal["supported", "contradicted", "not_found", "false"]


def check_gold(question: EvalQuestion, texts: TextStore) -> None:
    """Raise BatchError if this index lacks the gold of the question.

    Else a question set for other articles would make the program look bad."""
    if question.answerable and not question.gold:
        raise BatchError(f"Question {question.id}: it is answerable, but has no gold sentence")
    for span in question.gold:
        article = texts.find_article(span.article_id)
        if article is None:
            raise BatchError(
                f"Question {question.id}: the index has no article {span.article_id!r}. Was it "
                "built from the articles that the questions are about?"
            )
        if not 0 <= span.start < span.end <= len(texts.article_text(article)):
            raise BatchError(
                f"Question {question.id}: {span.article_id} has no text at {span.start}-{span.end}"
            )


def part_of(title: str) -> Part:
    """Return the part of everything under this title, the same in every run and on every machine.

    Questions about one article are never in both parts."""
    digest = hashlib.sha1(f"0{title}".encode(), usedforsecurity=False).hexdigest()
    return "tune" if int(digest, 16) % 2 == 0 else "final"


def of_part(questions: Iterable[EvalQuestion], part: str) -> list[EvalQuestion]:
    """Return the questions of the part; "all" takes every one."""
    return [question for question in questions if part in ("all", question.split)]
