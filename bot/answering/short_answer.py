"""The piece of the best sentence that answers by itself: an amount, a date, a name.

The judge finds it. It is shown only where the judge is sure of it and where it can be the kind of
thing that was asked for.
"""

import re

from bot.answering.answer_kind import AnswerKind, answer_kind
from bot.answering.evidence_model import OperatingPoint
from bot.answering.judge.judge import Judgement
from index.models import Span
from index.words import read_words

_MOST_WORDS = 8
_MONEY = re.compile(r"[$€£¥]|\b(?:dollars?|euros?|pounds?|yen|USD|EUR|GBP)\b")
_NUMBER = re.compile(
    r"\d|\b(?:no|none|half|third|quarter|once|twice|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozens?|hundreds?|thousands?|millions?|billions?|trillions?)\b",
    re.IGNORECASE,
)
_NO_SPAN = {AnswerKind.REASON, AnswerKind.MANNER, AnswerKind.YES_NO}


def short_answer(
    question: str, sentence: str, judged: Judgement | None, confidence: float, point: OperatingPoint
) -> Span | None:
    """The span of `sentence` to show; None where none is sure enough."""
    if judged is None or judged.span is None:
        return None
    if confidence * judged.span_probability < point.short_answer:
        return None
    kind, span = answer_kind(question), judged.span
    return span if fits(kind, question, sentence[span.start : span.end]) else None


def fits(kind: AnswerKind, question: str, text: str) -> bool:
    """Whether the text can answer: short, new, and of the kind that is asked for."""
    words = [word.lower for word in read_words(text)]
    asked = {word.lower for word in read_words(question)}
    if kind in _NO_SPAN or not 0 < len(words) <= _MOST_WORDS or asked.issuperset(words):
        return False
    match kind:
        case AnswerKind.AMOUNT:
            return _NUMBER.search(text) is not None
        case AnswerKind.COUNT:
            money = _MONEY.search(text) and not _MONEY.search(question)
            return _NUMBER.search(text) is not None and not money
        case _:
            return True
