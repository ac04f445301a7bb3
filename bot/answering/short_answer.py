"""Finding the span in a sentence that answers by itself: an amount, a date, a name."""

import re
from collections.abc import Iterable, Sequence

from bot.answering.answer_kind import AnswerKind
from bot.answering.names import LONG_MONTH, MONTH, WEEKDAY, looks_like_person, names_in
from index.models import Span

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[mkb])"
_UNIT = r"(?:dollars?|euros?|pounds?|gigawatts?|megawatts?|kilowatts?|GW|MW|per ?cent|%)"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_WORD_NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?)"
_ORDINAL = r"(?:first|second|third|fourth)"

_AMOUNT = re.compile(
    rf"[$€£¥]\s?{_NUMBER}(?:[ -]?{_SCALE}\b)?"
    rf"|{_NUMBER}(?:[ -]{_SCALE})?\s?{_UNIT}(?!\w)"
    rf"|{_NUMBER}[ -]{_SCALE}\b"
)
_COUNT = re.compile(rf"{_NUMBER}(?: {_SCALE}\b)?|\b{_WORD_NUMBER}\b", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:the )?{_ORDINAL} (?:half|quarter) of {_YEAR}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH}(?:,? {_YEAR})?"
    rf"|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? {_YEAR})?"
    rf"|\b{MONTH},? {_YEAR}"
    rf"|\b(?:early|mid|late)[ -](?:{_YEAR}|{MONTH})"
    rf"|\b{LONG_MONTH}\b|(?<=\b[Ii]n )May\b"
    rf"|\b{_YEAR}-\d\d-\d\d\b|\b{_YEAR}s?\b"
    rf"|\b(?:last|next|this) (?:year|month|week|quarter)\b"
    rf"|\b(?:\d+|{_WORD_NUMBER}) (?:days|weeks|months|years) ago\b"
    rf"|\b(?:yesterday|today|tomorrow|{WEEKDAY})\b"
)
# "X, headed by A, and Y, headed by B": A stands next to Y and belongs to X all the same.
_CLAUSE = re.compile(r";|\b(?:and|but|while|whereas|as well as)\b")
_CLAUSE_CHARS = 60
_CLEARLY_NEARER = 0.8


def find_short_answer(kind: AnswerKind, question: str, sentence: str) -> Span | None:
    """The span of `sentence` that answers a question of this kind, where one plainly does: not
    one that the question names itself, and of several only one that stands clearly nearer to
    the question's words than the others."""
    spans = [
        span
        for span in _spans(kind, sentence)
        if sentence[span.start : span.end].casefold() not in question.casefold()
    ]
    words = _shared_words(question, sentence)
    ranked = sorted(
        ((_distance(sentence, span, words), span) for span in spans), key=lambda pair: pair[0]
    )
    if not ranked:
        return None
    if len(ranked) > 1 and ranked[0][0] >= _CLEARLY_NEARER * ranked[1][0]:
        return None
    return ranked[0][1]


def _spans(kind: AnswerKind, sentence: str) -> Iterable[Span]:
    match kind:
        case AnswerKind.AMOUNT:
            return [Span(*match.span()) for match in _AMOUNT.finditer(sentence)]
        case AnswerKind.COUNT:
            return [Span(*match.span()) for match in _COUNT.finditer(sentence)]
        case AnswerKind.DATE:
            return [Span(*match.span()) for match in _DATE.finditer(sentence)]
        case AnswerKind.PERSON:
            return [span for span in names_in(sentence) if looks_like_person(sentence, span)]
        case AnswerKind.ORGANISATION:
            return [span for span in names_in(sentence) if not looks_like_person(sentence, span)]
        case _:
            return []


def _shared_words(question: str, sentence: str) -> list[Span]:
    """Where the sentence has the question's longer words."""
    words = {word for word in re.findall(r"\w+", question.casefold()) if len(word) > 3}
    return [
        Span(*match.span())
        for match in re.finditer(r"\w+", sentence)
        if match.group().casefold() in words
    ]


def _distance(sentence: str, span: Span, words: Sequence[Span]) -> float:
    """In characters, on average over the words; a clause between counts as many more."""
    if not words:
        return 0.0
    return sum(_gap(sentence, span, word) for word in words) / len(words)


def _gap(sentence: str, span: Span, word: Span) -> int:
    first, second = sorted((span, word), key=lambda s: s.start)
    between = sentence[first.end : second.start]
    return len(between) + _CLAUSE_CHARS * len(_CLAUSE.findall(between))
