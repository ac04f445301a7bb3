"""Answering a batch of questions, in which one that fails spoils only its own answer."""

import logging
import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from bot.answering.draft_sentence import Carried, Written
from bot.answering.pipeline import Answerer, EncodedQuestion, Receipt
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.claims import Check, Claims
from bot.domain.errors import BugError
from bot.domain.models import Question
from index.errors import ExpectedError
from index.generations.live import LiveGeneration

if TYPE_CHECKING:
    from bot.answering.verification.checker import Checker

_Apart = Claims | Written  # what is no question, and waits among them all the same

_log = logging.getLogger(__name__)


class BatchAnswerer:
    """Belongs to one thread, as its answerer does."""

    def __init__(self) -> None:
        self._answerer = Answerer()

    @cached_property
    def _checker(self) -> "Checker":
        # Imported only where somebody checks something: it takes a fifteenth of the start.
        from bot.answering.verification.checker import Checker

        return Checker(self._answerer.ranker)

    @property
    def operating_point(self) -> OperatingPoint:
        return self._answerer.operating_point

    def answer(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> list[Receipt | Check | Carried | ExpectedError]:
        """One outcome a question; of claims it is their check, of a written sentence what carries
        it."""
        encoded = iter(self._encode(live, [q for q in questions if not isinstance(q, _Apart)]))
        return [
            self._outcome(live, question if isinstance(question, _Apart) else next(encoded))
            for question in questions
        ]

    def _outcome(
        self, live: LiveGeneration, asked: _Apart | EncodedQuestion | ExpectedError
    ) -> Receipt | Check | Carried | ExpectedError:
        if isinstance(asked, ExpectedError):
            return asked
        try:
            if isinstance(asked, Claims):
                return self._checker.check(live, asked)
            if isinstance(asked, Written):
                return self._checker.verify(asked)
            return self._answerer.answer(live, asked)
        except Exception as error:  # the batch is one of the two places that catch broadly
            return _told(error, asked if isinstance(asked, _Apart) else asked.question)

    def _encode(
        self, live: LiveGeneration, questions: Sequence[Question]
    ) -> Sequence[EncodedQuestion | ExpectedError]:
        """All together; where that fails, one by one, so that only the one at fault fails."""
        try:
            return self._answerer.encode(live, questions)
        except Exception as error:  # see above
            if len(questions) == 1:
                return [_told(error, questions[0])]
        return [self._encode(live, [question])[0] for question in questions]


def _told(error: Exception, question: Question) -> ExpectedError:
    """What the asker gets to see of an error; a bug goes to the log with a reference."""
    if isinstance(error, ExpectedError):
        return error
    reference = secrets.token_hex(4)
    about = {"question": question.id} if question.id else {}
    _log.error("bug %s while answering", reference, exc_info=error, extra=about)
    return BugError(reference)
