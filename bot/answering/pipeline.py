"""The path from a question to its answer: retrieve, choose evidence, cite it, or abstain."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.answer_kind import answer_kind
from bot.answering.citing import check_citations, cite, cite_closest
from bot.answering.composing import abstention_text, compose_text
from bot.answering.evidence import Evidence, EvidenceRanker, choose_evidence
from bot.answering.evidence_model import EvidenceModel
from bot.answering.follow_up import understand
from bot.answering.short_answer import find_short_answer
from bot.models import Answer, Citation, Question, ShortAnswer, Status
from index.live import LiveGeneration
from index.search import Searcher

_RETRIEVED = 40  # sentences that the evidence is chosen from


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer with what it was made from: all ranked sentences, best first."""

    answer: Answer
    ranked: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """A question as understood, with its vector of shape (dimension,)."""

    question: Question
    understood_as: str
    vector: NDArray[np.float32]
    encoding_ms: float


class Answerer:
    """Answers questions. One instance belongs to one thread, as its parts do."""

    def __init__(self) -> None:
        self._searcher = Searcher()
        self._ranker = EvidenceRanker(EvidenceModel.load())

    def encode(self, live: LiveGeneration, questions: Sequence[Question]) -> list[EncodedQuestion]:
        """Understands each question and encodes all of them together."""
        started = time.perf_counter()
        texts = [understand(question.question, question.history) for question in questions]
        vectors = live.encoder.encode_queries(texts)
        each_ms = (time.perf_counter() - started) * 1000 / max(1, len(questions))
        return [
            EncodedQuestion(question, text, vector, each_ms)
            for question, text, vector in zip(questions, texts, vectors, strict=True)
        ]

    def answer(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """The answer from this generation; the encoded question must come from the same one."""
        started = time.perf_counter()
        texts = live.generation.texts
        hits = self._searcher.search(
            live.generation, encoded.understood_as, encoded.vector, _RETRIEVED
        )
        ranked, confidence = self._ranker.rank(
            live.generation, encoded.understood_as, hits.sentences
        )
        if confidence >= self._ranker.model.weights.operating_point.threshold:
            citations = cite(texts, choose_evidence(ranked))
            closest: tuple[Citation, ...] = ()
            short = _short_answer(encoded.understood_as, citations)
        else:
            citations, closest, short = (), cite_closest(ranked), None
        check_citations(texts, (*citations, *closest))
        answer = Answer(
            id=encoded.question.id,
            question=encoded.question.question,
            status=Status.ANSWERED if citations else Status.ABSTAINED,
            text=compose_text(citations, short) if citations else abstention_text(),
            citations=citations,
            closest=closest,
            confidence=round(confidence, 4),
            generation=live.generation.id,
            elapsed_ms=round(encoded.encoding_ms + (time.perf_counter() - started) * 1000, 2),
            understood_as=encoded.understood_as,
            short_answer=short,
        )
        return Receipt(answer, tuple(ranked))


def _short_answer(question: str, citations: Sequence[Citation]) -> ShortAnswer | None:
    """From the first evidence only: a span of the second would outrank the better sentence."""
    best = citations[0]
    span = find_short_answer(answer_kind(question), question, best.quote)
    if span is None:
        return None
    return ShortAnswer(
        citation=best.number,
        start=best.start + span.start,
        end=best.start + span.end,
        text=best.quote[span.start : span.end],
    )
