"""The answer to one question: search, evidence, citations and verdict, or an abstention."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from bot.answering.citing.abstention import named_as_lacking
from bot.answering.citing.choice import choose
from bot.answering.citing.citations import check_citations, cite, cite_closest
from bot.answering.citing.short_answer import short_answer
from bot.answering.citing.stated import count_in, has_number
from bot.answering.citing.survey import disagreement_in, with_dates_of_change
from bot.answering.citing.verdict import may_rule, verdict_of
from bot.answering.encoded_question import EncodedQuestion, QuestionEncoder
from bot.answering.judge.inputs import Task
from bot.answering.question.plain_question import plain
from bot.answering.question.shape import QuestionShape, shape_of
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.answering.receipt import Receipt
from bot.answering.time.moments import as_of_seconds
from bot.answering.time.resolution import resolved
from bot.answering.timed_search import Found, TimedSearch
from bot.domain.models import SURE, Answer, Citation, ShortAnswer, Status, Verdict
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.disagreement.survey import Surveyor


class EvidenceAnswerer:
    """Answerer of one question from the articles. An instance belongs to one thread, because its
    parts do."""

    def __init__(self, ranker: EvidenceRanker, encoder: QuestionEncoder) -> None:
        self._ranker, self._encoder = ranker, encoder
        self._search = TimedSearch(ranker)

    @property
    def operating_point(self) -> OperatingPoint:
        """The thresholds for answering, and their measured error rates."""
        return self._ranker.model.weights.operating_point

    @cached_property
    def _surveyor(self) -> "Surveyor":
        # Imported by the first answer: it would add to the start-up time.
        from bot.answering.disagreement.survey import Surveyor

        return Surveyor(self._ranker)

    def answer(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer the question, or abstain. Raises CitationError if a citation does not match its
        article."""
        started, before_s = time.perf_counter(), encoded.timings.read + encoded.timings.encode
        texts, point = live.generation.texts, self.operating_point
        found = self.find_evidence(live, encoded)
        ranked, confidence = found.ranked, found.confidence
        citations: tuple[Citation, ...] = ()
        chosen: list[Evidence] = []
        survey, unstated = None, None
        shape = shape_of(encoded.question.wording)
        if ranked and self._may_answer(live, found):
            survey_of = partial(self._surveyor.survey, live.generation, found.reading)
            chosen, survey, unstated = choose(
                found.reading, shape, ranked, survey_of, sure=confidence >= SURE
            )
            citations = with_dates_of_change(texts, cite(texts, chosen), survey)
        closest = () if citations else cite_closest(texts, ranked)
        check_citations(texts, (*citations, *closest))
        short, verdict = None, None
        if citations and confidence >= SURE and not unstated and not (survey and survey.open):
            short = _short_answer(found, chosen[0], citations[0], point, shape)
            verdict = self._verdict(live, found, chosen[:1] if survey else chosen)
        asked = encoded.question.question
        answer = Answer(
            id=encoded.question.id,
            question=asked,
            status=Status.ANSWERED if citations else Status.ABSTAINED,
            unstated=unstated,
            lacking=named_as_lacking(found.time.text if encoded.time.spans else asked, closest),
            citations=citations,
            closest=closest,
            confidence=round(confidence, 4),
            generation=live.generation.id,
            elapsed_ms=ms_since(started - before_s),
            understood_as=_as_understood(encoded, found),
            short_answer=short,
            verdict=verdict,
            as_of=found.time.as_of or encoded.question.as_of,
            since=found.time.since,
            until=found.time.until,
            disagreement=disagreement_in(citations, survey),
        )
        timings = replace(encoded.timings, search=found.search_s, rank=found.rank_s)
        cited = _places(ranked, chosen)
        return Receipt(answer, tuple(ranked), point, live.generation, timings, cited, survey)

    def find_evidence(self, live: LiveGeneration, encoded: EncodedQuestion) -> Found:
        """Search for the evidence and rank it."""
        question, reader = encoded.question, self._encoder.reader(live)
        return self._search.find(
            live,
            encoded.time,
            partial(reader.read, question),
            encoded.vector,
            as_of_seconds(question.as_of) if question.as_of else None,
        )

    def _may_answer(self, live: LiveGeneration, found: Found) -> bool:
        """Return whether the confidence is high enough. An unsure answer to a question about
        something that no article mentions would show another company's figure."""
        if found.confidence < self.operating_point.threshold:
            return False
        if found.confidence >= SURE:
            return True
        question, reader = self._ranker.model.question(found.reading), self._encoder.reader(live)
        return all(map(reader.mentions, question.distinctive))

    def _verdict(
        self, live: LiveGeneration, found: Found, chosen: Sequence[Evidence]
    ) -> Verdict | None:
        """Judge a yes/no question by the chosen sentences. Return None for any other question, and
        if the answer or the judge is not sure enough."""
        if not may_rule(found.reading, found.confidence):
            return None
        shown = [each.hit.sentence for each in chosen]
        judged = self._ranker.judged(live.generation, Task.CLAIM, found.reading, shown)
        return verdict_of(judged, self.operating_point)


def ms_since(started: float) -> float:
    """Return the milliseconds since this value of the performance counter."""
    return round((time.perf_counter() - started) * 1000, 2)


def _as_understood(encoded: EncodedQuestion, found: Found) -> str:
    """Return the question as it was understood, with the words of time that were not searched
    for."""
    if encoded.time.spans and not encoded.understood.context:
        return plain(encoded.question.wording)
    return found.reading


def _places(ranked: Sequence[Evidence], chosen: Sequence[Evidence]) -> tuple[int, ...]:
    """Return the index in `ranked` of each chosen sentence."""
    by_row = {each.hit.sentence.row: place for place, each in enumerate(ranked)}
    return tuple(by_row[each.hit.sentence.row] for each in chosen)


def _short_answer(
    found: Found, first: Evidence, best: Citation, point: OperatingPoint, shape: QuestionShape
) -> ShortAnswer | None:
    """Find the short answer in the first evidence only: a span of the second would outrank the
    better sentence."""
    span = short_answer(found.reading, best.quote, first.judged, found.confidence, point)
    if span is None and shape is QuestionShape.COUNT:
        span = count_in(found.reading, best.quote)
    if span is None:
        return None
    if shape is QuestionShape.COMPARISON and has_number("", best.quote[span.start : span.end]):
        return None  # the amount of one side says nothing about the other
    return ShortAnswer(
        citation=best.number,
        start=best.start + span.start,
        end=best.start + span.end,
        text=best.quote[span.start : span.end],
        resolved=resolved(best.quote, span, best.published),
    )
