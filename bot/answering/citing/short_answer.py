"""The short answer: the span of the best sentence that answers by itself (an amount, a date, a
name).

The judge finds the span. It is shown only if the judge is sure enough, and if the span can be the
kind of thing that the question asks for.
"""

import re

from bot.answering.judge.judge import Judgement
from bot.answering.question.analysis import words_outside_quantities
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.answering.text.names import looks_like_person, names_in
from index.models import Span
from index.text.quantities import Quantity, read_quantities, with_whole_quantities
from index.text.words import CURRENCIES, read_words

_MOST_WORDS, _MOST_CHARS = 8, 200
# Words that answer "how many" beside the numbers that `read_quantities` knows.
_NUMBER = re.compile(
    r"\d|\b(?:no|none|one|half|third|quarter|once|twice|dozens|hundreds|thousands|millions|"
    r"billions|trillions)\b",
    re.IGNORECASE,
)
# A quantity before these words is a difference: "40 million euros below what was expected".
_DIFFERENCE = re.compile(
    r"\s+(?:below|above|short of|(?:more|less|\w{2,8}er) than)\b", re.IGNORECASE
)
_COMPARES = re.compile(
    r"\b(?:below|above|more|less|short|fewer|(?:high|low|cheap|bigg|larg|small)er)\b", re.IGNORECASE
)
_ROLE = re.compile(
    r"\b(?:CEO|chief executive|chief|head(?:ed|s)?|boss|leads?|led|leader|runs?|president|"
    r"chair(?:man|woman)?)\b",
    re.IGNORECASE,
)
# In "X, headed by A, and Y, headed by B", A is next to Y but belongs to X.
_CLAUSE = re.compile(r";|\b(?:and|but|while|whereas|as well as)\b")
_CLAUSE_CHARS = 60
_NO_SPAN = {AnswerKind.REASON, AnswerKind.MANNER, AnswerKind.YES_NO}


def short_answer(
    question: str, sentence: str, judged: Judgement | None, confidence: float, point: OperatingPoint
) -> Span | None:
    """Find the span of `sentence` to show. Return None if no span is sure enough or fits the
    question."""
    if judged is None or judged.span is None:
        return None
    if confidence * judged.span_probability < point.short_answer:
        return None
    kind, span = answer_kind(question), with_whole_quantities(sentence, judged.span)
    if not fits(kind, question, sentence[span.start : span.end]):
        return None
    if kind is AnswerKind.AMOUNT and is_difference(question, sentence, span):
        return None
    if kind is AnswerKind.PERSON and not role_fits(question, sentence, span):
        return None
    return span


def fits(kind: AnswerKind, question: str, text: str) -> bool:
    """Return whether the text can answer: short, with a new word, and of the kind that the question
    asks for."""
    if len(text) > _MOST_CHARS:
        return False
    words = [word.lower for word in read_words(text)]
    asked = {word.lower for word in read_words(question)}
    if kind in _NO_SPAN or not 0 < len(words) <= _MOST_WORDS or asked.issuperset(words):
        return False
    match kind:
        case AnswerKind.AMOUNT:
            return _has_number(text)
        case AnswerKind.COUNT:
            return _has_number(text) and (_names_money(question) or not _has_money(text))
        case _:
            return True


def _has_number(text: str) -> bool:
    return _NUMBER.search(text) is not None or bool(_quantities(text))


def _has_money(text: str) -> bool:
    return any(quantity.is_money for quantity in _quantities(text))


def _names_money(question: str) -> bool:
    """Return whether the question asks for money: "how many dollars", not "how many $5 notes"."""
    words = words_outside_quantities(question)
    return any(word.lower.removesuffix("s") in CURRENCIES for word in words)


def _quantities(text: str) -> list[Quantity]:
    return read_quantities(text, read_words(text))


def is_difference(question: str, sentence: str, amount: Span) -> bool:
    """Return whether the amount is a difference, and the question asks for no difference."""
    return _DIFFERENCE.match(sentence, amount.end) is not None and not _COMPARES.search(question)


def role_fits(question: str, sentence: str, person: Span) -> bool:
    """Return whether the person has the role at the organisation that the question names. "Jensen
    Huang, the chief executive of Nvidia" does not lead OpenAI. The role nearest to the person
    counts, and the organisation nearest to that role. If the question has no role, or the sentence
    has no role or no organisation, return True."""
    if not _ROLE.search(question):
        return True
    places = [name for name in names_in(sentence) if not looks_like_person(sentence, name)]
    places = [name for name in places if not _ROLE.search(sentence[name.start : name.end])]
    roles = [Span(*match.span()) for match in _ROLE.finditer(sentence)]
    if not roles or not places:
        return True
    role = min(roles, key=lambda span: _gap(sentence, span, person))
    place = min(places, key=lambda span: _gap(sentence, span, role))
    asked = {word.lower for word in read_words(question)}
    return any(word.lower in asked for word in read_words(sentence[place.start : place.end]))


def _gap(sentence: str, one: Span, other: Span) -> int:
    """Count the characters between two spans. Each new clause between them counts as 60 more."""
    first, second = sorted((one, other), key=lambda span: span.start)
    between = sentence[first.end : second.start]
    return len(between) + _CLAUSE_CHARS * len(_CLAUSE.findall(between))
