"""The answering pipeline: a message is encoded, and then answered as what it is."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from bot.answering.answer_cache import AnswerCache
from bot.answering.encoded_question import EncodedQuestion, QuestionEncoder
from bot.answering.evidence_answer import EvidenceAnswerer, ms_since
from bot.answering.index_facts import facts_for
from bot.answering.parts import joined
from bot.answering.question.parts import questions_in
from bot.answering.ranking.evidence import EvidenceRanker
from bot.answering.ranking.evidence_model import EvidenceModel, OperatingPoint
from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.domain.models import Answer, Question, Status, Turn
from bot.domain.overviews import OverviewRequest
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.overview.overview import Overviewer


class QuestionAnswerer:
    """The component that answers questions. An instance belongs to one thread, because its parts
    do."""

    def __init__(self, alike: "QuestionAnswerer | None" = None) -> None:
        """Load everything, or share with `alike` what several threads may use: the weights, the
        judge with its cache, the words of a generation, and the latest answers."""
        self._ranker: EvidenceRanker = (
            alike.ranker.for_another_thread() if alike else EvidenceRanker(EvidenceModel.load())
        )
        self._encoder: QuestionEncoder = QuestionEncoder(
            self._ranker.model.words, alike._encoder if alike else None
        )
        self._evidence = EvidenceAnswerer(self._ranker, self._encoder)
        self._latest: AnswerCache = alike._latest if alike else AnswerCache()

    @cached_property
    def _overviewer(self) -> "Overviewer":
        # Imported by the first overview: few questions ask for one.
        from bot.answering.overview.overview import Overviewer

        return Overviewer(self._ranker.model.words)

    @property
    def operating_point(self) -> OperatingPoint:
        """The thresholds for answering, and their measured error rates."""
        return self._evidence.operating_point

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
            return known.receipt_for(encoded.question, ms_since(started))
        receipt = self._computed(live, encoded)
        self._latest.add(encoded, receipt)
        return receipt

    def _computed(self, live: LiveGeneration, encoded: EncodedQuestion) -> Receipt:
        """Answer a message that is not cached, as a whole or by its parts."""
        whole = self._evidence.answer(live, encoded)
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
            receipts.append(self._evidence.answer(live, understood))
            history.append(_turn(receipts[-1].answer))
        answered = [bool(each.answer.citations) for each in receipts]
        is_sure = bool(whole.answer.citations) and not whole.answer.unsure
        enough = all(answered) if is_sure else any(answered)
        return joined(whole, receipts) if enough and len(receipts) > 1 else whole

    def overview(
        self, live: LiveGeneration, request: OverviewRequest, topic: EncodedQuestion | None
    ) -> Receipt:
        """Answer with an overview; `topic` is the encoded topic of the request, if it has one.
        Raises CitationError if a citation does not match its article."""
        generation = live.generation
        from bot.answering.overview.topic import Topic  # imported here, as `_overviewer` is

        about = Topic(topic.understood, topic.vector) if topic and request.topic else None
        answer = self._overviewer.overview(generation, request, about)
        if topic is not None:
            answer = answer.model_copy(update={"id": topic.question.id})
        return Receipt(answer, (), self.operating_point, generation)

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


def _turn(answer: Answer) -> Turn:
    """Return what a later question of the message may refer back to. A short answer takes the
    place of its question: "he" is the person, and "who runs it?" is answered already."""
    if answer.short_answer:
        return Turn(question=answer.short_answer.text, answer="")
    said = " ".join(each.quote for each in answer.evidence)
    return Turn(question=answer.question, answer=said)
