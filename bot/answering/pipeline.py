"""The answering pipeline: retrieve sentences, choose evidence, and cite it or abstain."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from bot.answering.answer_cache import AnswerCache
from bot.answering.citing.abstention import named_as_lacking
from bot.answering.citing.choice import choose
from bot.answering.citing.citations import check_citations, cite, cite_closest
from bot.answering.citing.short_answer import short_answer
from bot.answering.citing.stated import count_in, has_number
from bot.answering.citing.survey import disagreement_in, with_dates_of_change
from bot.answering.citing.verdict import may_rule, verdict_of
from bot.answering.encoded_question import EncodedQuestion, QuestionEncoder
from bot.answering.index_facts import facts_for
from bot.answering.judge.inputs import Task
from bot.answering.overview.overview import Overviewer
from bot.answering.overview.topic import Topic
from bot.answering.parts import joined
from bot.answering.question.parts import questions_in
from bot.answering.question.plain_question import plain
from bot.answering.question.shape import QuestionShape, shape_of
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.ranking.evidence_model import EvidenceModel, OperatingPoint
from bot.answering.receipt import Receipt
from bot.answering.time.moments import as_of_seconds, dated
from bot.answering.time.resolution import resolved
from bot.answering.timed_search import Found, TimedSearch
from bot.domain.models import (
    SURE,
    Answer,
    Citation,
    Question,
    ShortAnswer,
    Status,
    Turn,
    Verdict,
)
from bot.domain.overviews import OverviewRequest
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.disagreement.survey import Surveyor


class QuestionAnswerer:
    """The component that answers questions. An instance belongs to one thread, because its parts
    do."""

    def __init__(self, alike: "QuestionAnswerer | None" = None) -> None:
        """Load everything, or share with `alike` what several threads may use: the weights, the
        judge with its cache, the words of a generation, and the latest answers."""
        self._ranker: EvidenceRanker = (
            alike.ranker.for_another_thread() if alike else EvidenceRanker(EvidenceModel.load())
        )
        self._search = TimedSearch(self._ranker)
        self._overviewer = Overviewer(self._ranker.model.words)
        self._encoder: QuestionEncoder = QuestionEncoder(
            self._ranker.model.words, alike._encoder if alike else None
        )
        self._latest: AnswerCache = alike._latest if alike else AnswerCache()

    @property
    def operating_point(self) -> OperatingPoint:
        """The thresholds for answering, and their measured error rates."""
        return self._ranker.model.weights.operating_point

    @cached_property
    def _surveyor(self) -> "Surveyor":
        # Imported by the first answer: it would add to the start-up time.
        from bot.answering.disagreement.survey import Surveyor

        return Surveyor(self._ranker)

    @property
    def ranker(self) -> EvidenceRanker:
        """The evidence ranker, for other work on the same thread."""
        return self._ranker

    def encode(self, live: LiveGeneration, questions: Sequence[Question]) -> list[EncodedQuestion]:
        """Understand each question, and encode those without a cached answer in one batch."""
        dates = [dated(question) for question in questions]
        found = [self._latest.find(live.generation, question) for question in dates]
        new = [question for question, known in zip(dates, found, strict=True) if known is None]
        encoded = iter(self._encoder.encode(live, new) if new else ())
        return [
            known.encoded_for(question) if known else next(encoded)
            for question, known in zip(dates, found, strict=True)
        ]

    def answer(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer the question from this generation, which must be the one that encoded it. Raises
        CitationError if a citation does not match its article."""
        if encoded.overview is not None:
            return self.overview(live, encoded.overview, encoded)
        if encoded.message.is_remark:
            return self._remark(live, encoded)
        started = time.perf_counter()
        if known := self._latest.find(live.generation, encoded.question):
            return known.receipt_for(encoded.question, _ms_since(started))
        receipt = self._computed(live, encoded)
        self._latest.add(encoded, receipt)
        return receipt

    def _computed(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer a message that is not cached, as a whole or by its parts."""
        whole = self._answered(live, encoded)
        parts = questions_in(encoded.question.wording)
        return self._by_parts(live, whole, parts, encoded) if len(parts) > 1 else whole

    def _by_parts(
        self, live: LiveGeneration, whole: Receipt, parts: Sequence[str], encoded: EncodedQuestion
    ) -> Receipt:
        """Answer each question of a message. A later one may refer back to those before it. Return
        `whole` if it answers surely, and the parts do not all answer, or if no part is answered."""
        history, receipts = list(encoded.question.history), list[Receipt]()
        for part in parts:
            asked = Question.model_validate(
                {**encoded.question.model_dump(), "question": part, "history": history}
            )
            [understood] = self.encode(live, [asked])
            if understood.message.is_remark or understood.overview is not None:
                continue
            receipts.append(self._answered(live, understood))
            history.append(_turn(receipts[-1].answer))
        answered = [bool(each.answer.citations) for each in receipts]
        is_sure = bool(whole.answer.citations) and not whole.answer.unsure
        enough = all(answered) if is_sure else any(answered)
        return joined(whole, receipts) if enough and len(receipts) > 1 else whole

    def _answered(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer one question from the articles, or abstain."""
        started, before_s = time.perf_counter(), encoded.timings.read + encoded.timings.encode
        texts, point = live.generation.texts, self.operating_point
        found = self._find_evidence(live, encoded)
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
            elapsed_ms=_ms_since(started - before_s),
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

    def overview(
        self, live: LiveGeneration, request: OverviewRequest, topic: EncodedQuestion | None
    ) -> Receipt:
        """Answer with an overview; `topic` is the encoded topic of the request, if it has one.
        Raises CitationError if a citation does not match its article."""
        generation = live.generation
        about = Topic(topic.understood, topic.vector) if topic and request.topic else None
        answer = self._overviewer.overview(generation, request, about)
        if topic is not None:
            answer = answer.model_copy(update={"id": topic.question.id})
        return Receipt(answer, (), self.operating_point, generation)

    def _may_answer(self, live: LiveGeneration, found: Found) -> bool:
        """Return whether the confidence is high enough. An unsure answer to a question about
        something that no article mentions would show another company's figure."""
        if found.confidence < self.operating_point.threshold:
            return False
        if found.confidence >= SURE:
            return True
        question, reader = self._ranker.model.question(found.reading), self._encoder.reader(live)
        return all(map(reader.mentions, question.distinctive))

    def _remark(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer a message that no search can answer: small talk, a question about the articles
        themselves, or another language."""
        message, facts = encoded.message, None
        if message.kind.of_index and not message.language:
            facts = facts_for(live.generation, message.kind.of_index, message.asked.question)
        answer = Answer(
            id=message.asked.id,
            question=message.asked.question,
            status=Status.ANSWERED if facts else Status.ABSTAINED,
            small_talk=None if message.language else message.kind.small_talk,
            confidence=1.0 if facts else 0.0,
            generation=live.generation.id,
            elapsed_ms=round((encoded.timings.read + encoded.timings.encode) * 1000, 2),
            understood_as=message.asked.question.strip(),
            facts=facts,
            language=message.language,
        )
        return Receipt(answer, (), self.operating_point, live.generation, encoded.timings)

    def _find_evidence(self, live: LiveGeneration, encoded: EncodedQuestion) -> Found:
        question, reader = encoded.question, self._encoder.reader(live)
        return self._search.find(
            live,
            encoded.time,
            partial(reader.read, question),
            encoded.vector,
            as_of_seconds(question.as_of) if question.as_of else None,
        )

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


def _ms_since(started: float) -> float:
    """Return the milliseconds since this value of the performance counter."""
    return round((time.perf_counter() - started) * 1000, 2)


def _turn(answer: Answer) -> Turn:
    """Return what a later question of the message may refer back to. A short answer takes the
    place of its question: "he" is the person, and "who runs it?" is answered already."""
    if answer.short_answer:
        return Turn(question=answer.short_answer.text, answer="")
    said = " ".join(each.quote for each in answer.evidence)
    return Turn(question=answer.question, answer=said)


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
