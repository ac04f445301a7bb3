"""Overviews as answers: their entries, cited and checked."""

import time

from bot.answering.citing.citations import check_citations
from bot.answering.overview.calendar import article_date, held_rows, period_of
from bot.answering.overview.entries import Entry, cite_entries
from bot.answering.overview.latest import LatestArticles
from bot.answering.overview.material import material
from bot.answering.overview.timeline import Timeline
from bot.answering.overview.topic import Topic, sentences_about
from bot.answering.question.analysis import WordWeights
from bot.domain.models import Answer, Citation, OverviewKind, Status
from bot.domain.overviews import OverviewRequest
from index.generations.reader import Generation
from index.retrieval import Searcher

_LEAD = 8  # articles and sentences among which the newest statement is searched


class Overviewer:
    """The component that makes overviews. An instance belongs to one thread."""

    def __init__(self, weights: WordWeights) -> None:
        self._searcher, self._weights = Searcher(), weights

    def overview(
        self, generation: Generation, request: OverviewRequest, topic: Topic | None
    ) -> Answer:
        """Answer with dated sentences. Without any, abstain and give the newest article as the
        closest sentence. Raises CitationError if a citation does not match its article."""
        started = time.perf_counter()
        entries = self._entries(generation, request, topic)
        citations = cite_entries(generation.texts, entries)
        closest = () if citations else _newest(generation, request)
        check_citations(generation.texts, (*citations, *closest))
        return Answer(
            id=request.id,
            question=request.question,
            status=Status.ANSWERED if citations else Status.ABSTAINED,
            citations=citations,
            closest=closest,
            confidence=1.0 if citations else 0.0,
            generation=generation.id,
            elapsed_ms=round((time.perf_counter() - started) * 1000, 2),
            understood_as=request.question,
            overview=request.kind,
            of_topic=bool(request.topic),
            as_of=request.as_of,
            since=request.since,
            until=request.until,
        )

    def _entries(
        self, generation: Generation, request: OverviewRequest, topic: Topic | None
    ) -> list[Entry]:
        if generation.id == request.known:
            return []
        about = None
        if topic is not None:
            period = period_of(request)
            about = sentences_about(self._searcher, generation, topic, self._weights, period)
        if request.kind is OverviewKind.LATEST:
            return LatestArticles(generation, request, about).entries()
        return Timeline(generation, request, about).entries()


def _newest(generation: Generation, request: OverviewRequest) -> tuple[Citation, ...]:
    """Cite the first sentence of the newest article that states something; none without dates."""
    texts = generation.texts
    for row in held_rows(texts.times, period_of(request))[:_LEAD].tolist():
        article = texts.articles[row]
        if first := material(generation, [article], _LEAD).sentences[:1]:
            return cite_entries(texts, [Entry(article_date(article, texts.times), first[0], 0.0)])
    return ()
