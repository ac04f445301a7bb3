"""A stored answer, rebuilt so that it says only what the articles say. Another process may have
computed it.

The record contains no text of the question. What an abstention names of it is found anew.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.answering.citing.abstention import named_as_lacking
from bot.answering.citing.citations import CitationError, check_citations
from bot.answering.ranking.copies import are_copies
from bot.answering.time.resolution import resolved
from bot.domain.models import Answer, Citation, Place, Role, ShortAnswer, Status, Verdict
from index.generations.reader import Generation, TextStore
from index.models import Span

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
        """Build the record of an answer. Return None for what a reader of the record could not
        check or need not read: small talk, which has no citations and costs nothing; an overview;
        an answer within limits of time; values that differ or are superseded; a question that was
        understood in other words, because the answer shows those words."""
        if answer.overview or not (answer.citations or answer.closest):
            return None
        if answer.as_of or answer.since or answer.until:
            return None
        if answer.disagreement or any(citation.superseded for citation in answer.citations):
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
            lacking=named_as_lacking(question, self.closest),
            citations=self.citations,
            closest=self.closest,
            confidence=self.confidence,
            generation=generation.id,
            elapsed_ms=0.0,
            understood_as=question,
            short_answer=self.short_answer,
            verdict=self.verdict,
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
        span = Span(short.start - cited.start, short.end - cited.start)
        if short.resolved != resolved(cited.quote, span, cited.published):
            raise CitationError("a short answer with another date")


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
        if citation.superseded or citation.happened or citation.change:
            raise CitationError("a mark that is not checked")
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
        if place.page != texts.page_at(article, place.start):
            raise CitationError(f"{place.article_id!r} has the sentence on another page")
        yield texts.article_text(article)[place.start : place.end]
