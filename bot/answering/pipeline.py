"""The answering pipeline: retrieve sentences, choose evidence, and cite it or abstain."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.answering.citing.abstention import abstention_text
from bot.answering.citing.citations import check_citations, cite, cite_closest
from bot.answering.citing.composition import compose_text
from bot.answering.citing.short_answer import short_answer
from bot.answering.citing.verdict import asks_for_verdict, verdict_of
from bot.answering.judge.inputs import Task
from bot.answering.question.follow_up import Understood
from bot.answering.question.reader import QuestionReader
from bot.answering.question.small_talk import small_talk
from bot.answering.ranking.evidence import Evidence, EvidenceRanker, choose_evidence
from bot.answering.ranking.evidence_model import EvidenceModel, OperatingPoint
from bot.domain.models import SURE, Answer, Citation, Question, ShortAnswer, Status, Verdict
from index.generations.generation import Generation
from index.generations.live import LiveGeneration
from index.models import Span
from index.retrieval import Searcher, SentenceHit
from index.text.sentences import is_heading, may_be_heading
from prompts import chosen as chosen_prompts
from prompts import text as prompt_text

_RETRIEVED = 40  # sentences per question; the evidence is chosen from them


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that each stage took for one question. In a batch, `read` and `encode` are an equal
    share per question."""

    read: float = 0.0
    encode: float = 0.0
    search: float = 0.0
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer and what produced it. `ranked` holds all ranked sentences, best first.
    `operating_point` holds the thresholds in force. `timings` are in seconds."""

    answer: Answer
    ranked: tuple[Evidence, ...]
    operating_point: OperatingPoint
    generation: Generation
    timings: Timings = Timings()


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """A question as understood, with its embedding of shape (dimension,). `talk` is the kind of
    small talk, or None for a question."""

    question: Question
    talk: str | None
    understood: Understood
    vector: NDArray[np.float32]
    timings: Timings


class QuestionAnswerer:
    """The component that answers questions. An instance belongs to one thread, because its parts
    do."""

    def __init__(self) -> None:
        self._searcher = Searcher()
        self._ranker = EvidenceRanker(EvidenceModel.load())
        self._reader: QuestionReader | None = None

    @property
    def operating_point(self) -> OperatingPoint:
        """The thresholds for answering, and their measured error rates."""
        return self._ranker.model.weights.operating_point

    @property
    def ranker(self) -> EvidenceRanker:
        """The evidence ranker, for other work on the same thread."""
        return self._ranker

    def encode(self, live: LiveGeneration, questions: Sequence[Question]) -> list[EncodedQuestion]:
        """Understand each question, and encode all of them in one batch."""
        started = time.perf_counter()
        reader = self._reader_of(live)
        talks = [small_talk(asked.question) for asked in questions]
        understood = [
            Understood(asked.question) if talk else reader.read(asked)
            for asked, talk in zip(questions, talks, strict=True)
        ]
        read = time.perf_counter()
        vectors = live.encoder.encode_queries([each.text for each in understood])
        share = 1 / max(1, len(questions))
        timings = Timings((read - started) * share, (time.perf_counter() - read) * share)
        return [
            EncodedQuestion(*encoded, timings)
            for encoded in zip(questions, talks, understood, vectors, strict=True)
        ]

    def answer(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer the question from this generation, which must be the one that encoded it. Raises
        CitationError if a citation does not match its article."""
        started, before_s = time.perf_counter(), encoded.timings.read + encoded.timings.encode
        texts, point = live.generation.texts, self.operating_point
        found = _Found(encoded.understood.asked, [], 0.0, encoded.timings)
        if not encoded.talk:
            found = self._find_evidence(live, encoded)
        ranked, confidence = found.ranked, found.confidence
        citations: tuple[Citation, ...] = ()
        if ranked and confidence >= point.threshold:
            citations = cite(texts, choose_evidence(ranked))
        closest = () if citations else cite_closest(ranked)
        check_citations(texts, (*citations, *closest))
        short, verdict = None, None
        unsure = confidence < SURE
        if citations and not unsure:
            short = _short_answer(found, citations[0], point)
            verdict = self._verdict(live, found)
        asked = encoded.question.question
        answer = Answer(
            id=encoded.question.id,
            question=asked,
            status=Status.ANSWERED if citations else Status.ABSTAINED,
            text=_text(encoded, citations, closest, short, verdict, unsure=unsure),
            citations=citations,
            closest=closest,
            confidence=round(confidence, 4),
            generation=live.generation.id,
            elapsed_ms=round((before_s + time.perf_counter() - started) * 1000, 2),
            understood_as=found.reading,
            short_answer=short,
            verdict=verdict,
            prompts=chosen_prompts().version,
        )
        return Receipt(answer, tuple(ranked), point, live.generation, found.timings)

    def _find_evidence(self, live: LiveGeneration, encoded: EncodedQuestion) -> "_Found":
        started = time.perf_counter()
        sentences = retrieve(self._searcher, live.generation, encoded.understood, encoded.vector)
        found = time.perf_counter()
        reading = self._ranker.choose_reading(live.generation, encoded.understood, sentences)
        question = self._ranker.model.question(reading)
        ranked, confidence = self._ranker.rank(live.generation, question, sentences)
        rank = time.perf_counter() - found
        timings = replace(encoded.timings, search=found - started, rank=rank)
        return _Found(reading, ranked, confidence, timings)

    def _verdict(self, live: LiveGeneration, found: "_Found") -> Verdict | None:
        """Judge a yes/no question by the shown sentences. Return None for any other question, and
        if the judge is not sure enough."""
        if not asks_for_verdict(found.reading):
            return None
        shown = [each.hit.sentence for each in choose_evidence(found.ranked)]
        judged = self._ranker.judged(live.generation, Task.CLAIM, found.reading, shown)
        return verdict_of(judged, self.operating_point)

    def _reader_of(self, live: LiveGeneration) -> QuestionReader:
        if self._reader is None or self._reader.generation_id != live.generation.id:
            self._reader = QuestionReader(live.generation, self._ranker.model.words)
        return self._reader


def retrieve(
    searcher: Searcher,
    generation: Generation,
    understood: Understood,
    vector: NDArray[np.float32],
) -> list[SentenceHit]:
    """Retrieve the sentences that evidence is chosen from. Answering and training both call this.
    Sentences that state nothing are left out."""
    hits = searcher.search_sentences(generation, understood.text, vector, _RETRIEVED)
    return [hit for hit in hits if not _states_nothing(generation, hit)]


def _states_nothing(generation: Generation, hit: SentenceHit) -> bool:
    """Return whether the sentence states nothing and so cannot answer. A heading or the line above
    a list names a topic, and a question asks."""
    sentence = hit.sentence
    if sentence.text.rstrip("\"'”’)").endswith((":", "?")):
        return True
    if not may_be_heading(sentence.text):
        return False
    text = generation.texts.article_text(sentence.article)
    return is_heading(text, Span(sentence.start, sentence.end))


@dataclass(frozen=True, slots=True)
class _Found:
    """A question as it was read, and the sentences found for it, best first. `confidence` is the
    probability that the first sentence answers."""

    reading: str
    ranked: list[Evidence]
    confidence: float
    timings: Timings


def _short_answer(found: _Found, best: Citation, point: OperatingPoint) -> ShortAnswer | None:
    """Find the short answer in the first evidence only: a span of the second would outrank the
    better sentence."""
    judged = found.ranked[0].judged
    span = short_answer(found.reading, best.quote, judged, found.confidence, point)
    if span is None:
        return None
    return ShortAnswer(
        citation=best.number,
        start=best.start + span.start,
        end=best.start + span.end,
        text=best.quote[span.start : span.end],
    )


def _text(
    encoded: EncodedQuestion,
    citations: Sequence[Citation],
    closest: Sequence[Citation],
    short: ShortAnswer | None,
    verdict: Verdict | None,
    *,
    unsure: bool,
) -> str:
    if citations:
        return compose_text(citations, short, verdict=verdict, unsure=unsure)
    if encoded.talk:
        return prompt_text(encoded.talk)
    return abstention_text(encoded.question.question, closest)
