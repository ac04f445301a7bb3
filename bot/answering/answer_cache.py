"""Cache of the latest answers: a question that was asked before is not computed again."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from threading import Lock

from bot.answering.encoded_question import EncodedQuestion
from bot.answering.receipt import Receipt, Timings
from bot.domain.models import Question
from index.generations.reader import Generation

_REMEMBERED = 128  # questions: about 4 MB


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A question as it was understood and encoded, and its receipt."""

    encoded: EncodedQuestion
    receipt: Receipt

    def encoded_for(self, question: Question) -> EncodedQuestion:
        """Return the encoded question as that of `question`, which has the same identity."""
        message = replace(self.encoded.message, asked=question)
        return replace(self.encoded, message=message, timings=Timings())

    def receipt_for(self, question: Question, elapsed_ms: float) -> Receipt:
        """Return the receipt as that of `question`, which has the same identity."""
        renewed = {"id": question.id, "elapsed_ms": elapsed_ms}
        answer = self.receipt.answer.model_copy(update=renewed)
        return replace(self.receipt, answer=answer, timings=Timings(), cached=True)


class AnswerCache:
    """Cache of the answers to the latest dated questions, for the generation that answered last.
    Safe to share between threads.

    An answer depends on nothing but the generation, the question and its day."""

    def __init__(self) -> None:
        self._lock = Lock()  # of what follows
        self._generation: Generation | None = None
        self._known: OrderedDict[Hashable, CachedAnswer] = OrderedDict()

    def find(self, generation: Generation, question: Question) -> CachedAnswer | None:
        """Return the answer of this generation to the dated question, if it is cached. Drop the
        answers of other generations."""
        with self._lock:
            if generation is not self._generation:
                self._known.clear()  # or the old generation would stay open
                self._generation = generation
            found = self._known.get(question.identity)
            if found is not None:
                self._known.move_to_end(question.identity)
            return found

    def add(self, encoded: EncodedQuestion, receipt: Receipt) -> None:
        """Add an answer of the generation that `find` was last asked about. Questions with a
        conversation are not cached: hardly any is asked twice."""
        if encoded.question.history:
            return
        with self._lock:
            if receipt.generation is not self._generation:
                return
            anonymous = encoded.question.model_copy(update={"id": ""})
            message = replace(encoded.message, asked=anonymous)
            answer = receipt.answer.model_copy(update={"id": ""})
            cached = CachedAnswer(
                replace(encoded, message=message), replace(receipt, answer=answer)
            )
            self._known[anonymous.identity] = cached
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
