"""A stored answer, rebuilt so that it says only what the articles say. Another process may have
computed it.

The record contains no text of our own and no text of the question. Both are written anew.
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

_MOST = 64  # citations per list

_Citations = Annotated[tuple[Citation, ...], Field(max_length=_MOST)]


class StoredAnswer(BaseModel):
    """The stored fields of an `Answer`, without those that can be derived from the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citations: _Citations
    closest: _Citations
    short_answer: ShortAnswer | None
    confidence: float = Field(ge=0, le=1)
    verdict: Verdict | None = None

    @classmethod
    def of(cls, answer: Answer) -> Self | None:
        """Build the record of an answer. Return None for small talk, which has no citations and
        costs nothing. Return None also if the question was understood in other words: the answer
        shows those words, and a reader of the record could not check them."""
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
        """Rebuild the answer to this question from this generation. Raises CitationError if this
        generation could not have given the answer."""
        if bool(self.citations) == bool(self.closest):
            raise CitationError("neither an answer nor an abstention")
        for citations in (self.citations, self.closest):
            _check(generation, citations)
        self._check_short_answer()
        abstained = not self.citations
        if self.verdict and abstained:
            raise CitationError("a verdict without an answer")
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
            raise CitationError("a short answer without its citation")
        if not cited.start <= short.start < short.end <= cited.end:
            raise CitationError("a short answer outside its citation")
        if cited.quote[short.start - cited.start : short.end - cited.start] != short.text:
            raise CitationError("a short answer that is not in the quote")


def _check(generation: Generation, citations: Sequence[Citation]) -> None:
    """Check the quotes, the article fields, the order and the copies of the citations. Raises
    CitationError if one is wrong."""
    texts, expand = generation.texts, generation.initials.expand
    check_citations(texts, citations)
    if [citation.number for citation in citations] != list(range(1, len(citations) + 1)):
        raise CitationError("citation numbers out of order")
    if citations and citations[0].role is not Role.EVIDENCE:
        raise CitationError("context without evidence")
    for citation in citations:
        if not math.isfinite(citation.score):
            raise CitationError("a score that is not a finite number")
        for quote in _quotes(texts, (citation, *citation.also_in)):
            if not are_copies(expand(quote), expand(citation.quote)):
                raise CitationError(
                    f"{citation.article_id}[{citation.start}:] lists a copy with another text"
                )


def _quotes(texts: TextStore, places: Iterable[Place]) -> Iterable[str]:
    """Yield the quoted text at each place. Raises CitationError if the place does not exist, or if
    it describes its article differently than the text store."""
    for place in places:
        article = texts.find_article(place.article_id)
        if article is None or not 0 <= place.start < place.end:
            raise CitationError(f"no such place in {place.article_id!r}")
        known = (article.title, article.source, article.published, article.url)
        if (place.title, place.source, place.published, place.url) != known:
            raise CitationError(f"{place.article_id!r} has other fields in the index")
        yield texts.article_text(article)[place.start : place.end]
