"""An answer that was computed by somebody else: nothing of it leaves that the articles don't say.

What is written down has no text of our own and none of the question's: the rest is made anew.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.answering.citing.abstention import abstention_text
from bot.answering.citing.citations import CitationError, check_citations
from bot.answering.citing.composition import compose_text
from bot.answering.ranking.copies import are_copies
from bot.domain.models import SURE, Answer, Citation, Place, Role, ShortAnswer, Status, Verdict
from index.generations.generation import Generation
from index.stores.text_store import TextStore
from prompts import chosen

_MOST = 64  # citations, or places of one

_Citations = Annotated[tuple[Citation, ...], Field(max_length=_MOST)]


class Recalled(BaseModel):
    """What `Answer` has, without what can be made of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citations: _Citations
    closest: _Citations
    short_answer: ShortAnswer | None
    confidence: float = Field(ge=0, le=1)
    verdict: Verdict | None = None

    @classmethod
    def of(cls, answer: Answer) -> Self | None:
        """None for small talk, which cites nothing and costs nothing, and for a question that was
        understood as another: in what words is shown, and could not be checked by who reads it."""
        if not answer.citations and not answer.closest:
            return None
        if answer.understood_as.split() != answer.question.split():
            return None
        return cls(
            citations=answer.citations,
            closest=answer.closest,
            short_answer=answer.short_answer,
            confidence=answer.confidence,
            verdict=answer.verdict,
        )

    def answer(self, question: str, generation: Generation) -> Answer:
        """To this question, by this generation. Raises CitationError where it is none that this
        generation could give."""
        if bool(self.citations) == bool(self.closest):
            raise CitationError("neither an answer nor an abstention")
        for citations in (self.citations, self.closest):
            _check(generation, citations)
        self._check_short_answer()
        abstained = not self.citations
        if self.verdict and abstained:
            raise CitationError("a verdict of nothing")
        return Answer(
            id="",
            question=question,
            status=Status.ABSTAINED if abstained else Status.ANSWERED,
            text=abstention_text(question, self.closest)
            if abstained
            else compose_text(
                self.citations,
                self.short_answer,
                verdict=self.verdict,
                unsure=self.confidence < SURE,
            ),
            citations=self.citations,
            closest=self.closest,
            confidence=self.confidence,
            generation=generation.id,
            elapsed_ms=0.0,
            understood_as=question,
            short_answer=self.short_answer,
            verdict=self.verdict,
            prompts=chosen().version,
        )

    def _check_short_answer(self) -> None:
        short = self.short_answer
        if short is None:
            return
        cited = self.citations[0] if self.citations else None
        if cited is None or cited.number != short.citation:
            raise CitationError("a short answer of nothing")
        if not cited.start <= short.start < short.end <= cited.end:
            raise CitationError("a short answer from elsewhere")
        if cited.quote[short.start - cited.start : short.end - cited.start] != short.text:
            raise CitationError("a short answer that is not there")


def _check(generation: Generation, citations: Sequence[Citation]) -> None:
    """Their quotes, what is said of their articles, their order, and what they are copies of."""
    texts, expand = generation.texts, generation.initials.expand
    check_citations(texts, citations)
    if [citation.number for citation in citations] != list(range(1, len(citations) + 1)):
        raise CitationError("numbers out of order")
    if citations and citations[0].role is not Role.EVIDENCE:
        raise CitationError("context of nothing")
    for citation in citations:
        if not math.isfinite(citation.score):
            raise CitationError("a score that is none")
        for quote in _quotes(texts, (citation, *citation.also_in)):
            if not are_copies(expand(quote), expand(citation.quote)):
                raise CitationError(f"{citation.article_id}[{citation.start}:] has another copy")


def _quotes(texts: TextStore, places: Iterable[Place]) -> Iterable[str]:
    """What stands there, in articles of which nothing is said but what is known of them."""
    for place in places:
        article = texts.find_article(place.article_id)
        if article is None or not 0 <= place.start < place.end:
            raise CitationError(f"no place {place.article_id!r}")
        known = (article.title, article.source, article.published, article.url)
        if (place.title, place.source, place.published, place.url) != known:
            raise CitationError(f"{place.article_id!r} is said to be another")
        yield texts.article_text(article)[place.start : place.end]
